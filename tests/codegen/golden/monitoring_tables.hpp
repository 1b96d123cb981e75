// Written by cambium-codegen from monitoring.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/table.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace monitoring {

enum class NodeState : std::uint8_t {
    unknown = 0,
    online = 1,
    offline = 2,
};

/// The state of one node at one time.
struct NodeLog {
    ::cambium::Timestamp timestamp{};
    ::cambium::Uuid node{};
    std::optional<::cambium::Uuid> run{};
    NodeState state = NodeState::unknown;
    ::cambium::Timestamp started{};
    /// When the record may go.
    std::optional<::cambium::Timestamp> keep_until{};
    ::cambium::Timestamp sent{};
    std::uint64_t sequence{};
    std::uint32_t routers{};
    std::uint32_t containers{};
    std::uint32_t guests{};
    std::uint32_t proxies{};
    std::uint32_t marketmakers{};
    std::uint32_t hostmonitors{};
    std::uint32_t controllers{};
    std::uint64_t cpu_guest{};
    std::uint64_t cpu_guest_nice{};
    std::uint64_t cpu_idle{};
    std::uint64_t cpu_iowait{};
    std::uint64_t cpu_irq{};
    std::uint64_t cpu_nice{};
    std::uint64_t cpu_softirq{};
    std::uint64_t cpu_steal{};
    std::uint64_t cpu_system{};
    std::uint64_t cpu_user{};
    double cpu_percent{};
    std::uint64_t memory_active{};
    std::uint64_t memory_available{};
    std::uint64_t memory_buffers{};
    std::uint64_t memory_cached{};
    std::uint64_t memory_free{};
    std::uint64_t memory_inactive{};
    std::uint64_t memory_shared{};
    std::uint64_t memory_slab{};
    std::uint64_t memory_total{};
    std::uint64_t memory_used{};
    double memory_percent{};
    std::uint64_t disk_busy_time{};
    std::uint64_t disk_read_bytes{};
    std::uint64_t disk_read_count{};
    std::uint64_t disk_read_merged_count{};
    std::uint64_t disk_read_time{};
    std::uint64_t disk_write_bytes{};
    std::uint64_t disk_write_count{};
    std::uint64_t disk_write_merged_count{};
    std::uint64_t disk_write_time{};
    std::uint64_t network_bytes_recv{};
    std::uint64_t network_bytes_sent{};
    std::uint64_t network_connections{};
    std::uint64_t network_dropin{};
    std::uint64_t network_dropout{};
    std::uint64_t network_errin{};
    std::uint64_t network_errout{};
    std::uint64_t network_packets_recv{};
    std::uint64_t network_packets_sent{};
    std::uint64_t system_boot_time{};
    std::uint64_t system_ctx_switches{};
    std::uint64_t system_interrupts{};
    std::uint64_t system_soft_interrupts{};
    double system_load_1{};
    double system_load_5{};
    double system_load_15{};

    friend bool operator==(const NodeLog&, const NodeLog&) = default;
};

/// The state of one worker at one time.
struct WorkerLog {
    ::cambium::Timestamp timestamp{};
    ::cambium::Uuid node{};
    std::string worker{};
    /// When the record may go.
    std::optional<::cambium::Timestamp> keep_until{};
    std::optional<std::string> type{};
    std::uint32_t threads{};
    std::uint32_t file_descriptors{};
    std::uint64_t memory{};
    std::uint64_t read_bytes{};
    std::uint64_t written_bytes{};
    double cpu_user{};
    double cpu_system{};

    friend bool operator==(const WorkerLog&, const WorkerLog&) = default;
};

}  // namespace monitoring

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace monitoring::fb {

struct NodeLog;  // flatc's accessor, defined in monitoring_fb_generated.h

struct WorkerLog;  // flatc's accessor, defined in monitoring_fb_generated.h

}  // namespace monitoring::fb

namespace cambium {

template <>
struct FlatBuffersSchema<::monitoring::NodeLog> {
    using View = ::monitoring::fb::NodeLog;
    static void pack(const ::monitoring::NodeLog& record, std::string& out);
    static void unpack(std::string_view bytes, ::monitoring::NodeLog& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["timestamp","!node","run","state","started","keep_until","sent","sequence","routers",)"
        R"("containers","guests","proxies","marketmakers","hostmonitors","controllers","cpu_guest",)"
        R"("cpu_guest_nice","cpu_idle","cpu_iowait","cpu_irq","cpu_nice","cpu_softirq","cpu_steal","cpu_system",)"
        R"("cpu_user","cpu_percent","memory_active","memory_available","memory_buffers","memory_cached",)"
        R"("memory_free","memory_inactive","memory_shared","memory_slab","memory_total","memory_used",)"
        R"("memory_percent","disk_busy_time","disk_read_bytes","disk_read_count","disk_read_merged_count",)"
        R"("disk_read_time","disk_write_bytes","disk_write_count","disk_write_merged_count","disk_write_time",)"
        R"("network_bytes_recv","network_bytes_sent","network_connections","network_dropin","network_dropout",)"
        R"("network_errin","network_errout","network_packets_recv","network_packets_sent","system_boot_time",)"
        R"("system_ctx_switches","system_interrupts","system_soft_interrupts","system_load_1","system_load_5",)"
        R"("system_load_15"],"node":"type monitoring.Uuid","run":"type monitoring.Uuid",)"
        R"("#types":{)"
        R"("monitoring.Uuid":"struct{fixed<16>}"}})";
};

template <>
struct FlatBuffersSchema<::monitoring::WorkerLog> {
    using View = ::monitoring::fb::WorkerLog;
    static void pack(const ::monitoring::WorkerLog& record, std::string& out);
    static void unpack(std::string_view bytes, ::monitoring::WorkerLog& record);
    static const View* view(std::string_view bytes);
    static constexpr char wire[] =
        R"({"#fields":["timestamp","!node","!worker","keep_until","type","threads","file_descriptors","memory",)"
        R"("read_bytes","written_bytes","cpu_user","cpu_system"],"node":"type monitoring.Uuid",)"
        R"("#types":{)"
        R"("monitoring.Uuid":"struct{fixed<16>}"}})";
};

}  // namespace cambium

namespace monitoring {

/// The table "node_logs" in a codec of choice, for example NodeLogsAs<cambium::Json>.
template <class Codec>
struct NodeLogsAs
    : ::cambium::Table<
          "node_logs", NodeLog,
          ::cambium::PrimaryKey<&NodeLog::timestamp, &NodeLog::node>,
          Codec,
          ::cambium::ExpiresAt<&NodeLog::keep_until>> {};

/// The table "node_logs".
struct NodeLogs : NodeLogsAs<::cambium::FlatBuffers> {};

/// The table "worker_logs" in a codec of choice, for example WorkerLogsAs<cambium::Json>.
template <class Codec>
struct WorkerLogsAs
    : ::cambium::Table<
          "worker_logs", WorkerLog,
          ::cambium::PrimaryKey<&WorkerLog::timestamp, &WorkerLog::node, &WorkerLog::worker>,
          Codec,
          ::cambium::ExpiresAt<&WorkerLog::keep_until>> {};

/// The table "worker_logs".
struct WorkerLogs : WorkerLogsAs<::cambium::Cbor> {};

}  // namespace monitoring
