// Node logs: what each node measures of itself, a time series of which a window is kept.
#pragma once

#include <cambium/codec/raw.hpp>

#include "user.hpp"

namespace router {

// Of one size and stored as it lies in memory: a view reads the numbers where they are in the file.
struct NodeLog {
    Timestamp timestamp{};
    Uuid node{};
    Uuid run{};  // made when the node started
    std::uint64_t period_ns{};
    std::uint64_t heartbeat{};
    float cpu_user{};
    float cpu_system{};
    float cpu_idle{};
    float cpu_wait{};
    float load_1m{};
    float memory_percent{};
    std::uint64_t memory_total{};
    std::uint64_t memory_used{};
    std::uint64_t disk_read_bytes{};
    std::uint64_t disk_write_bytes{};
    std::uint64_t disk_busy_ms{};
    std::uint64_t net_received_bytes{};
    std::uint64_t net_sent_bytes{};
    std::uint64_t net_dropped{};
    std::uint32_t routers{};
    std::uint32_t containers{};
    std::uint32_t proxies{};
    std::uint32_t sessions{};
};

// The primary key has the time first: the window is one range, and what leaves it is the beginning of the table.
struct NodeLogs
    : cambium::Table<"node_logs", NodeLog, cambium::PrimaryKey<&NodeLog::timestamp, &NodeLog::node>, cambium::Raw,
                     cambium::OrderedIndex<"node", &NodeLog::node, &NodeLog::timestamp,
                                           cambium::covering<&NodeLog::memory_percent, &NodeLog::sessions>>> {};

}  // namespace router
