// The functions behind workloads(), by family: one file each.
#pragma once

#include "workload.hpp"

namespace cambium::bench {

// reads.cpp
std::size_t random_get(Task& task);
std::size_t batched_get(Task& task);
std::size_t begin_get_end(Task& task);
std::size_t scan_forward(Task& task);
std::size_t scan_reverse(Task& task);
std::size_t seek_100(Task& task);
std::size_t get_latency(Task& task);
std::size_t cold_get(Task& task);

// writes.cpp
std::size_t sorted_load(Task& task);
std::size_t random_load(Task& task);
std::size_t random_load_big(Task& task);
std::size_t random_load_durable(Task& task);
std::size_t update_batches(Task& task);
std::size_t update_aged(Task& task);
std::size_t durable_puts(Task& task);
std::size_t delete_and_reinsert(Task& task);

// threads.cpp
std::size_t durable_puts_threads(Task& task);
std::size_t readers_beside_writer(Task& task);
std::size_t commits_while_growing(Task& task);
std::size_t commits_while_shrinking(Task& task);

// space.cpp
std::size_t delete_half(Task& task);
std::size_t held_reader(Task& task);
std::size_t flushed_bytes(Task& task);

// limited.cpp
std::size_t under_memory_limit(Task& task);

}  // namespace cambium::bench
