// Node logs: what each node measures of itself, a time series of which a window is kept.
#pragma once

#include <cambium/codec/raw.hpp>

#include "user.hpp"

namespace router {

enum class NodeState : std::uint32_t { unknown, online, offline };

// How many workers of each kind the node runs.
struct Workers {
    std::uint32_t routers{};
    std::uint32_t containers{};
    std::uint32_t guests{};
    std::uint32_t proxies{};
    std::uint32_t marketmakers{};
    std::uint32_t hostmonitors{};
    std::uint32_t controllers{};
};

// Hundredths of a second of all processors since the system started.
struct Cpu {
    std::uint64_t guest{};
    std::uint64_t guest_nice{};
    std::uint64_t idle{};
    std::uint64_t iowait{};
    std::uint64_t irq{};
    std::uint64_t nice{};
    std::uint64_t softirq{};
    std::uint64_t steal{};
    std::uint64_t system{};
    std::uint64_t user{};
    double percent{};  // busy since the log before
};

// Bytes.
struct Memory {
    std::uint64_t active{};
    std::uint64_t available{};
    std::uint64_t buffers{};
    std::uint64_t cached{};
    std::uint64_t free{};
    std::uint64_t inactive{};
    std::uint64_t shared{};
    std::uint64_t slab{};
    std::uint64_t total{};
    std::uint64_t used{};
    double percent{};
};

// Since the system started; times in milliseconds.
struct Disk {
    std::uint64_t busy_time{};
    std::uint64_t read_bytes{};
    std::uint64_t read_count{};
    std::uint64_t read_merged_count{};
    std::uint64_t read_time{};
    std::uint64_t write_bytes{};
    std::uint64_t write_count{};
    std::uint64_t write_merged_count{};
    std::uint64_t write_time{};
};

// Since the system started, but for the connections.
struct Network {
    std::uint64_t bytes_received{};
    std::uint64_t bytes_sent{};
    std::uint64_t connections{};
    std::uint64_t dropped_in{};
    std::uint64_t dropped_out{};
    std::uint64_t errors_in{};
    std::uint64_t errors_out{};
    std::uint64_t packets_received{};
    std::uint64_t packets_sent{};
};

struct System {
    std::uint64_t boot_time{};  // seconds since 1970
    std::uint64_t context_switches{};
    std::uint64_t interrupts{};
    std::uint64_t soft_interrupts{};
    double load_1{};
    double load_5{};
    double load_15{};
};

// Sixty-two numbers, of one size and stored as they lie in memory: a view reads them where they are in the file.
struct NodeLog {
    Timestamp timestamp{};
    Uuid node{};
    Uuid run{};  // made when the node started
    Timestamp started{};
    Timestamp keep_until{};  // when the record may go
    Timestamp sent{};
    std::uint64_t sequence{};
    NodeState state{};
    Workers workers{};
    Cpu cpu{};
    Memory memory{};
    Disk disk{};
    Network network{};
    System system{};
};

// What a chart shows. Columns are members of the record; those of a member are functions.
double memory_percent(const NodeLog& log);
std::uint64_t connections(const NodeLog& log);

// The primary key has the time first: the window is one range, and what leaves it is the beginning of the table.
struct NodeLogs
    : cambium::Table<"node_logs", NodeLog, cambium::PrimaryKey<&NodeLog::timestamp, &NodeLog::node>, cambium::Raw,
                     cambium::OrderedIndex<"node", &NodeLog::node, &NodeLog::timestamp,
                                           cambium::covering<&memory_percent, &connections>>> {};

}  // namespace router
