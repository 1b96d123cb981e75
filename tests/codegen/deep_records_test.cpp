// Tables in one another as deep as a schema has them: what is stored can be read, in buffers too, where the
// verifier of FlatBuffers goes 64 tables deep by itself.
#include <doctest/doctest.h>

#include <cambium/cambium.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "chain_tables.hpp"
#include "temporary_store.hpp"

namespace {

/// Gives the innermost table the number.
template <class Record>
void fill(Record& record, std::int32_t number) {
    if constexpr (requires { record.x; })
        record.x = number;
    else if constexpr (requires { record.a.emplace_back(); })
        fill(record.a.emplace_back(), number);
    else if constexpr (requires { record.a.index(); })
        fill(record.a.template emplace<1>(), number);
    else
        fill(record.a, number);
}

template <class Table, class Record>
void check_stored(std::uint32_t id) {
    const cambium::test::TemporaryDirectory folder;
    Record record;
    record.id = id;
    fill(record, 1000 + static_cast<std::int32_t>(id));
    {
        auto db = cambium::Database::open<Table>(folder.file("it.cambium"));
        db.write([&](cambium::WriteTransaction& txn) { cambium::Writer<Table>{txn}.insert(record); });
    }
    auto db = cambium::Database::open<Table>(folder.file("it.cambium"));
    db.read([&](cambium::ReadTransaction& txn) {
        const std::optional<Record> back = cambium::Reader<Table>{txn}.get(id);
        REQUIRE(back);
        CHECK((*back == record));
    });
    cambium::test::require_sound(db.environment());
}

TEST_CASE("64, 65 and 101 tables in one another are stored and read") {
    check_stored<chain::Usuals, chain::Usual>(1);
    check_stored<chain::Deepers, chain::Deeper>(2);
    check_stored<chain::Deepests, chain::Deepest>(3);
}

}  // namespace
