// The buffers of dirty pages: kept for the next transaction, and how many.
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kv/dirty_table.hpp"

using namespace cambium::kv;

namespace {

constexpr std::uint32_t kPageSize = 4096;

std::vector<const std::byte*> fill(DirtyTable& table, std::size_t pages) {
    std::vector<const std::byte*> buffers;
    for (std::size_t i = 0; i < pages; ++i) {
        const PageRef ref = table.add();
        std::memset(table.change(ref), static_cast<int>(i), kPageSize);
        buffers.push_back(table.page(ref));
        REQUIRE(reinterpret_cast<std::uintptr_t>(table.page(ref)) % 64 == 0);
    }
    for (std::size_t i = 0; i < pages; ++i)
        REQUIRE(buffers[i][kPageSize - 1] == static_cast<std::byte>(static_cast<unsigned char>(i)));
    return buffers;
}

}  // namespace

TEST_CASE("a dirty table keeps buffers up to an eighth of its budget") {
    DirtyTable table(kPageSize);
    table.set_budget(400 * kPageSize, "unused");
    std::vector<const std::byte*> first = fill(table, 300);
    CHECK(table.memory_bytes() == 300 * kPageSize);
    CHECK(table.pooled_bytes() == 0);
    table.clear();
    CHECK(table.memory_bytes() == 0);
    CHECK(table.pooled_bytes() == 50 * kPageSize);

    first.resize(50);  // the first that clear() lets go
    std::vector<const std::byte*> second = fill(table, 50);
    CHECK(table.pooled_bytes() == 0);
    CHECK(std::vector<const std::byte*>(second.rbegin(), second.rend()) == first);
}

TEST_CASE("a dirty table takes released pages again before it asks for more, and runs never") {
    DirtyTable table(kPageSize);
    const PageRef ref = table.add();
    const std::byte* buffer = table.page(ref);
    table.release(ref);
    CHECK(table.pooled_bytes() == kPageSize);
    const PageRef run = table.add_run(3);
    CHECK(table.pooled_bytes() == kPageSize);
    const PageRef again = table.add();
    CHECK(table.page(again) == buffer);
    CHECK(table.page(run) != buffer);
    CHECK(table.memory_bytes() == 4 * kPageSize);
}

TEST_CASE("without a budget a dirty table keeps 32 MiB of buffers") {
    DirtyTable table(kPageSize);
    for (std::size_t i = 0; i < 9000; ++i) (void)table.add();
    table.clear();
    CHECK(table.pooled_bytes() == std::uint64_t{32} << 20);
}
