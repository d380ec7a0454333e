"""What an instance tells Prometheus, on real servers and subscribers."""

import os
import socket
import time
import urllib.error
import urllib.request

import pytest

from metrics import scrape
from processes import wait_until
from raw_client import Dump

# Names that monitoring built for the service we replace knows, of the groups that belong to one instance.
KNOWN = {
    "binlog_instance_": "cpu_count cpu_used_ratio fd_count disk_total_size_mb disk_used_ratio disk_used_size_mb "
    "mem_total_size_mb mem_used_ratio mem_used_size_mb network_rx_bytes network_wx_bytes gtid_inconsistent_count",
    "binlog_instance_convert_": "checkpoint delay fetch_rps iops storage_rps",
    "binlog_instance_dump_": "count delay event_num event_bytes error_count rps heartbeat_rps checkpoint iops",
    "binlog_": "sql_request_count dump_request_count",
}


@pytest.fixture(scope="module")
def pair(module_workshop):
    source = module_workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int primary key auto_increment, b longblob)")
    instance = module_workshop.instance(source)
    instance.catch_up(source)
    return source, instance


def test_every_known_name_is_there_with_help_and_labels(pair):
    found = scrape(pair[1].metrics_port())
    names = {prefix + name for prefix, group in KNOWN.items() for name in group.split()}
    assert names <= set(found.types)
    for name, labels in found.samples:
        told = dict(labels)
        assert told["tenant"] == "shop.orders" and told["instance"], name
    assert all(len(words) > 15 for words in found.help.values())


def test_resources_are_those_of_the_process(pair):
    _, instance = pair
    found = scrape(instance.metrics_port())
    pid = instance.process.pid
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    assert found.value("binlog_instance_mem_used_size_mb") == pytest.approx(resident, rel=0.2)
    assert abs(found.value("binlog_instance_fd_count") - len(os.listdir(f"/proc/{pid}/fd"))) <= 5
    disk = os.statvfs(instance.data)
    assert found.value("binlog_instance_disk_total_size_mb") == disk.f_blocks * disk.f_frsize / 2**20
    assert 0 < found.value("binlog_instance_cpu_count") <= os.cpu_count()
    stored = sum(os.path.getsize(path) for path in instance.files()) / 2**20
    assert found.value("binlog_instance_log_size_mb") == stored


def test_numbers_move_with_the_work(pair):
    source, instance = pair
    before = scrape(instance.metrics_port())
    with Dump(instance) as one:
        one.at(*instance.position()).first(2)
        source.sql(*["INSERT INTO d.t (b) VALUES (REPEAT('b', 1000))"] * 50)
        instance.catch_up(source)
        events = one.first(50 * 5)
        wait_until(
            lambda: scrape(instance.metrics_port()).value("binlog_instance_dump_event_num")
            - before.value("binlog_instance_dump_event_num")
            >= len(events),
            10,
            "the events sent are counted",
        )
        after = scrape(instance.metrics_port())

        def grown(name):
            return after.value(name) - before.value(name)

        assert after.value("binlog_instance_dump_count") == 1
        assert after.value("binlog_instance_dump_subscriber_delay", server_id=str(one.server_id)) < 5
        assert grown("binlog_instance_convert_transaction_num") == 50 + 2
        assert 50_000 < grown("binlog_instance_convert_event_bytes") < 100_000
        assert grown("binlog_instance_dump_event_bytes") > 50_000
        assert grown("binlog_dump_request_count") == 1
        assert grown("binlog_sql_request_count") >= 1
        assert after.value("binlog_instance_convert_iops") > 0
        assert after.value("binlog_instance_dump_rps") > 0
        assert after.value("binlog_instance_convert_running") == 1
        for name in ("binlog_instance_convert_publish_delay_seconds", "binlog_instance_dump_send_delay_seconds"):
            assert grown(name + "_count") > 0
            buckets = after.buckets(name)
            assert buckets[-1] == (float("inf"), after.value(name + "_count"))
            assert [count for _, count in buckets] == sorted(count for _, count in buckets)
        # MariaDB tells commit times by the second.
        taken = grown("binlog_instance_convert_publish_delay_seconds_sum")
        assert taken / grown("binlog_instance_convert_publish_delay_seconds_count") < 5
    wait_until(
        lambda: scrape(instance.metrics_port()).value("binlog_instance_dump_count") == 0, 10, "no subscriber is left"
    )


def test_heartbeats_and_errors_of_dumps_are_counted(pair):
    _, instance = pair
    before = scrape(instance.metrics_port())
    with Dump(instance) as one, pytest.raises(Exception, match="1236"):
        one.at("mysql-bin.009999").first(2)
    with Dump(instance) as one:
        one.heartbeat(0.1)
        one.at(*instance.position()).first(10)
        after = scrape(instance.metrics_port())
    assert after.value("binlog_instance_dump_error_count") == before.value("binlog_instance_dump_error_count") + 1
    assert after.value("binlog_instance_dump_heartbeat_rps") > 0


def test_delay_is_zero_at_rest_and_grows_without_the_source(workshop):
    source = workshop.server("mariadb")
    source.sql("CREATE DATABASE d", "CREATE TABLE d.t (a int)")
    instance = workshop.instance(source)
    instance.catch_up(source)
    wait_until(
        lambda: time.time() - scrape(instance.metrics_port()).value("binlog_instance_convert_checkpoint") < 0.3,
        10,
        "the checkpoint follows the time while nothing happens",
    )
    # The source says that it rests some times a second; a busy machine lets that wait.
    assert scrape(instance.metrics_port()).value("binlog_instance_convert_delay") < 1
    source.kill()
    wait_until(
        lambda: scrape(instance.metrics_port()).value("binlog_instance_convert_delay") > 2, 20, "the delay grows"
    )
    found = scrape(instance.metrics_port())
    assert found.value("binlog_instance_convert_delay") < 20
    assert found.value("binlog_instance_convert_running") == 0


def test_only_metrics_are_answered_and_silent_clients_wait_alone(pair):
    port = pair[1].metrics_port()
    silent = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(5)]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    assert caught.value.code == 404
    assert scrape(port).samples
    assert silent[0].recv(1) == b"", "a client that asks nothing is let go after some seconds"
    for one in silent:
        one.close()


def test_a_port_in_use_and_no_metrics_at_all_do_not_stop_the_service(pair, workshop):
    source, first = pair
    second = workshop.instance(source, metrics={"port": first.metrics_port()})
    assert second.value("SELECT 1") == 1
    second.wait_log("there are no metrics", str(first.metrics_port()))
    third = workshop.instance(source, metrics={"enabled": False})
    assert third.value("SELECT 1") == 1
    assert not os.path.exists(os.path.join(third.data, "metrics_port"))
