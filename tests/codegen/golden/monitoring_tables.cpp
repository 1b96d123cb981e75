// Written by cambium-codegen from monitoring.fbs. Change the schema, not this file.
// clang-format off
#include "monitoring_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "monitoring_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::monitoring::fb::NodeLog> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                        const ::monitoring::NodeLog& record) {
    ::monitoring::fb::NodeLogBuilder table{builder};
    add_signed(builder, record.system_load_15, 0.0, [&] { table.add_system_load_15(record.system_load_15); });
    add_signed(builder, record.system_load_5, 0.0, [&] { table.add_system_load_5(record.system_load_5); });
    add_signed(builder, record.system_load_1, 0.0, [&] { table.add_system_load_1(record.system_load_1); });
    table.add_system_soft_interrupts(record.system_soft_interrupts);
    table.add_system_interrupts(record.system_interrupts);
    table.add_system_ctx_switches(record.system_ctx_switches);
    table.add_system_boot_time(record.system_boot_time);
    table.add_network_packets_sent(record.network_packets_sent);
    table.add_network_packets_recv(record.network_packets_recv);
    table.add_network_errout(record.network_errout);
    table.add_network_errin(record.network_errin);
    table.add_network_dropout(record.network_dropout);
    table.add_network_dropin(record.network_dropin);
    table.add_network_connections(record.network_connections);
    table.add_network_bytes_sent(record.network_bytes_sent);
    table.add_network_bytes_recv(record.network_bytes_recv);
    table.add_disk_write_time(record.disk_write_time);
    table.add_disk_write_merged_count(record.disk_write_merged_count);
    table.add_disk_write_count(record.disk_write_count);
    table.add_disk_write_bytes(record.disk_write_bytes);
    table.add_disk_read_time(record.disk_read_time);
    table.add_disk_read_merged_count(record.disk_read_merged_count);
    table.add_disk_read_count(record.disk_read_count);
    table.add_disk_read_bytes(record.disk_read_bytes);
    table.add_disk_busy_time(record.disk_busy_time);
    add_signed(builder, record.memory_percent, 0.0, [&] { table.add_memory_percent(record.memory_percent); });
    table.add_memory_used(record.memory_used);
    table.add_memory_total(record.memory_total);
    table.add_memory_slab(record.memory_slab);
    table.add_memory_shared(record.memory_shared);
    table.add_memory_inactive(record.memory_inactive);
    table.add_memory_free(record.memory_free);
    table.add_memory_cached(record.memory_cached);
    table.add_memory_buffers(record.memory_buffers);
    table.add_memory_available(record.memory_available);
    table.add_memory_active(record.memory_active);
    add_signed(builder, record.cpu_percent, 0.0, [&] { table.add_cpu_percent(record.cpu_percent); });
    table.add_cpu_user(record.cpu_user);
    table.add_cpu_system(record.cpu_system);
    table.add_cpu_steal(record.cpu_steal);
    table.add_cpu_softirq(record.cpu_softirq);
    table.add_cpu_nice(record.cpu_nice);
    table.add_cpu_irq(record.cpu_irq);
    table.add_cpu_iowait(record.cpu_iowait);
    table.add_cpu_idle(record.cpu_idle);
    table.add_cpu_guest_nice(record.cpu_guest_nice);
    table.add_cpu_guest(record.cpu_guest);
    table.add_sequence(record.sequence);
    table.add_sent(convert<std::int64_t>(record.sent));
    if (record.keep_until) table.add_keep_until(convert<std::int64_t>(*record.keep_until));
    table.add_started(convert<std::int64_t>(record.started));
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    table.add_controllers(record.controllers);
    table.add_hostmonitors(record.hostmonitors);
    table.add_marketmakers(record.marketmakers);
    table.add_proxies(record.proxies);
    table.add_guests(record.guests);
    table.add_containers(record.containers);
    table.add_routers(record.routers);
    if (record.run) {
        const auto run_struct = std::bit_cast<::monitoring::fb::Uuid>(*record.run);
        table.add_run(&run_struct);
    }
    const auto node_struct = std::bit_cast<::monitoring::fb::Uuid>(record.node);
    table.add_node(&node_struct);
    table.add_state(static_cast<::monitoring::fb::NodeState>(record.state));
    return table.Finish();
}

void unpack_one(const ::monitoring::fb::NodeLog& view, ::monitoring::NodeLog& record) {
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.node(), record.node);
    unpack_byte_struct(view.run(), record.run);
    unpack(view.state(), record.state);
    unpack(view.started(), record.started);
    unpack(view.keep_until(), record.keep_until);
    unpack(view.sent(), record.sent);
    unpack(view.sequence(), record.sequence);
    unpack(view.routers(), record.routers);
    unpack(view.containers(), record.containers);
    unpack(view.guests(), record.guests);
    unpack(view.proxies(), record.proxies);
    unpack(view.marketmakers(), record.marketmakers);
    unpack(view.hostmonitors(), record.hostmonitors);
    unpack(view.controllers(), record.controllers);
    unpack(view.cpu_guest(), record.cpu_guest);
    unpack(view.cpu_guest_nice(), record.cpu_guest_nice);
    unpack(view.cpu_idle(), record.cpu_idle);
    unpack(view.cpu_iowait(), record.cpu_iowait);
    unpack(view.cpu_irq(), record.cpu_irq);
    unpack(view.cpu_nice(), record.cpu_nice);
    unpack(view.cpu_softirq(), record.cpu_softirq);
    unpack(view.cpu_steal(), record.cpu_steal);
    unpack(view.cpu_system(), record.cpu_system);
    unpack(view.cpu_user(), record.cpu_user);
    unpack(view.cpu_percent(), record.cpu_percent);
    unpack(view.memory_active(), record.memory_active);
    unpack(view.memory_available(), record.memory_available);
    unpack(view.memory_buffers(), record.memory_buffers);
    unpack(view.memory_cached(), record.memory_cached);
    unpack(view.memory_free(), record.memory_free);
    unpack(view.memory_inactive(), record.memory_inactive);
    unpack(view.memory_shared(), record.memory_shared);
    unpack(view.memory_slab(), record.memory_slab);
    unpack(view.memory_total(), record.memory_total);
    unpack(view.memory_used(), record.memory_used);
    unpack(view.memory_percent(), record.memory_percent);
    unpack(view.disk_busy_time(), record.disk_busy_time);
    unpack(view.disk_read_bytes(), record.disk_read_bytes);
    unpack(view.disk_read_count(), record.disk_read_count);
    unpack(view.disk_read_merged_count(), record.disk_read_merged_count);
    unpack(view.disk_read_time(), record.disk_read_time);
    unpack(view.disk_write_bytes(), record.disk_write_bytes);
    unpack(view.disk_write_count(), record.disk_write_count);
    unpack(view.disk_write_merged_count(), record.disk_write_merged_count);
    unpack(view.disk_write_time(), record.disk_write_time);
    unpack(view.network_bytes_recv(), record.network_bytes_recv);
    unpack(view.network_bytes_sent(), record.network_bytes_sent);
    unpack(view.network_connections(), record.network_connections);
    unpack(view.network_dropin(), record.network_dropin);
    unpack(view.network_dropout(), record.network_dropout);
    unpack(view.network_errin(), record.network_errin);
    unpack(view.network_errout(), record.network_errout);
    unpack(view.network_packets_recv(), record.network_packets_recv);
    unpack(view.network_packets_sent(), record.network_packets_sent);
    unpack(view.system_boot_time(), record.system_boot_time);
    unpack(view.system_ctx_switches(), record.system_ctx_switches);
    unpack(view.system_interrupts(), record.system_interrupts);
    unpack(view.system_soft_interrupts(), record.system_soft_interrupts);
    unpack(view.system_load_1(), record.system_load_1);
    unpack(view.system_load_5(), record.system_load_5);
    unpack(view.system_load_15(), record.system_load_15);
}

flatbuffers::Offset<::monitoring::fb::WorkerLog> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                          const ::monitoring::WorkerLog& record) {
    const auto worker_offset = pack_text(builder, &record.worker);
    const auto type_offset = pack_text(builder, present(record.type));
    ::monitoring::fb::WorkerLogBuilder table{builder};
    add_signed(builder, record.cpu_system, 0.0, [&] { table.add_cpu_system(record.cpu_system); });
    add_signed(builder, record.cpu_user, 0.0, [&] { table.add_cpu_user(record.cpu_user); });
    table.add_written_bytes(record.written_bytes);
    table.add_read_bytes(record.read_bytes);
    table.add_memory(record.memory);
    if (record.keep_until) table.add_keep_until(convert<std::int64_t>(*record.keep_until));
    table.add_timestamp(convert<std::int64_t>(record.timestamp));
    table.add_file_descriptors(record.file_descriptors);
    table.add_threads(record.threads);
    table.add_type(type_offset);
    table.add_worker(worker_offset);
    const auto node_struct = std::bit_cast<::monitoring::fb::Uuid>(record.node);
    table.add_node(&node_struct);
    return table.Finish();
}

void unpack_one(const ::monitoring::fb::WorkerLog& view, ::monitoring::WorkerLog& record) {
    unpack(view.timestamp(), record.timestamp);
    unpack_byte_struct(view.node(), record.node);
    unpack(view.worker(), record.worker);
    unpack(view.keep_until(), record.keep_until);
    unpack(view.type(), record.type);
    unpack(view.threads(), record.threads);
    unpack(view.file_descriptors(), record.file_descriptors);
    unpack(view.memory(), record.memory);
    unpack(view.read_bytes(), record.read_bytes);
    unpack(view.written_bytes(), record.written_bytes);
    unpack(view.cpu_user(), record.cpu_user);
    unpack(view.cpu_system(), record.cpu_system);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::monitoring::NodeLog>::pack(const ::monitoring::NodeLog& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::monitoring::NodeLog>::unpack(std::string_view bytes, ::monitoring::NodeLog& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "NodeLog"), record);
}

auto FlatBuffersSchema<::monitoring::NodeLog>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "NodeLog");
}

void FlatBuffersSchema<::monitoring::WorkerLog>::pack(const ::monitoring::WorkerLog& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::monitoring::WorkerLog>::unpack(std::string_view bytes, ::monitoring::WorkerLog& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "WorkerLog"), record);
}

auto FlatBuffersSchema<::monitoring::WorkerLog>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "WorkerLog");
}

}  // namespace cambium
