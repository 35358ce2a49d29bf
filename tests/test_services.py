"""The servers that other tests lean on: they come up, they can be killed, and what was committed is still there."""

import socket

import psycopg
import pytest


def rows(url, sql):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_every_database_is_empty_and_its_own(postgres, postgres_database):
    other = postgres.new_database()
    rows(postgres_database, "CREATE TABLE seen (n int)")
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows(other, "SELECT n FROM seen")


def test_the_server_waits_for_the_disk(postgres_url):
    assert rows(postgres_url, "SHOW fsync") == [("on",)]
    assert rows(postgres_url, "SHOW synchronous_commit") == [("on",)]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_was_committed_survives_the_end_of_the_server(postgres, postgres_database, end):
    rows(postgres_database, "CREATE TABLE seen (n int)")
    rows(postgres_database, "INSERT INTO seen VALUES (6)")
    getattr(postgres, end)()
    with pytest.raises(psycopg.OperationalError):
        rows(postgres_database, "SELECT n FROM seen")
    postgres.start()
    assert rows(postgres_database, "SELECT n FROM seen") == [(6,)]


def test_the_broker_answers_on_its_port_and_can_be_killed(mosquitto):
    with socket.create_connection((mosquitto.host, mosquitto.port), timeout=5):
        pass
    mosquitto.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((mosquitto.host, mosquitto.port), timeout=5)
    mosquitto.start()
    socket.create_connection((mosquitto.host, mosquitto.port), timeout=5).close()
