// Generated pack and unpack: what goes in comes out, for every kind of field, present and absent.
#include <doctest/doctest.h>

#include <cambium/base/error.hpp>
#include <cambium/codegen/flatbuffers_record.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "everything_fb_generated.h"
#include "packages_tables.hpp"
#include "samples.hpp"
#include "sessions_tables.hpp"

namespace {

namespace deep = everything::deep;
using cambium::FlatBuffers;

template <class Record>
std::string packed(const Record& record) {
    std::string bytes;
    FlatBuffers::encode(record, bytes);
    return bytes;
}

/// Read into a record that is full already: nothing of that may remain.
deep::Everything unpacked(const std::string& bytes) {
    deep::Everything record = cambium::test::full_record();
    FlatBuffers::decode(bytes, record);
    return record;
}

TEST_CASE("a record with something in every field") {
    const deep::Everything record = cambium::test::full_record();
    CHECK(unpacked(packed(record)) == record);
}

TEST_CASE("a fresh record: defaults of the schema, absent optionals, empty lists") {
    deep::Everything record;
    CHECK(record.number == std::numeric_limits<std::int64_t>::min());
    CHECK(record.truth);
    CHECK(record.huge == std::numeric_limits<std::uint64_t>::max());
    CHECK(record.endless == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(record.missing));
    CHECK(record.rights == (deep::Right::read | deep::Right::own));
    CHECK((record.rights & deep::Right::write) == deep::Right{});
    CHECK(record.big == deep::Big::most);
    CHECK(record.epoch.time_since_epoch() == std::chrono::seconds{1});
    CHECK(record.plain_leaf.weight == 1.0);

    deep::Everything back = unpacked(packed(record));
    CHECK(std::isnan(back.missing));
    record.missing = back.missing = 0;  // NaN equals nothing
    CHECK(back == record);
    CHECK_FALSE(back.text.has_value());
    CHECK_FALSE(back.opt_texts.has_value());
    CHECK_FALSE(back.branch.has_value());
}

TEST_CASE("absent and empty differ where the member is optional") {
    deep::Everything record = cambium::test::full_record();
    record.text = "";
    record.opt_texts.emplace();
    record.opt_payload.emplace();
    const deep::Everything back = unpacked(packed(record));
    CHECK(back.text == "");
    CHECK(back.opt_texts.has_value());
    CHECK(back.opt_payload.has_value());
}

TEST_CASE("the types of members follow the rule for optional fields") {
    using E = deep::Everything;
    static_assert(std::is_same_v<decltype(E::text), std::optional<std::string>>);
    static_assert(std::is_same_v<decltype(E::plain_text), std::string>);
    static_assert(std::is_same_v<decltype(E::tag), std::string>);
    static_assert(std::is_same_v<decltype(E::opt_color), std::optional<deep::Color>>);
    static_assert(std::is_same_v<decltype(E::payload), std::vector<std::uint8_t>>);
    static_assert(std::is_same_v<decltype(E::opt_texts), std::optional<std::vector<std::string>>>);
    static_assert(std::is_same_v<decltype(E::when), cambium::Timestamp>);
    static_assert(std::is_same_v<decltype(E::must_id), cambium::Uuid>);
    static_assert(std::is_same_v<decltype(E::key20), std::optional<cambium::FixedBytes<20>>>);
    static_assert(std::is_same_v<decltype(E::ids), std::vector<cambium::Uuid>>);
    static_assert(std::is_same_v<decltype(router::Cookie::max_age), std::uint64_t>);
    static_assert(std::is_aggregate_v<E>);
    CHECK(router::Cookie{}.max_age == 604800);
}

TEST_CASE("packing appends, and its bytes are the same each time") {
    const catalog::Package package{.name = "bash", .version = "5.2", .architecture = "amd64"};
    std::string bytes = "12345678";
    FlatBuffers::encode(package, bytes);
    CHECK(bytes.substr(0, 8) == "12345678");
    CHECK(bytes.substr(8) == packed(package));
    CHECK(packed(package) == packed(package));
}

TEST_CASE("what is absent takes no space") {
    catalog::Package package{.name = "bash", .version = "5.2", .architecture = "amd64"};
    const std::size_t without = packed(package).size();
    CHECK(without < 160);
    package.tags = {"role::program"};
    CHECK(packed(package).size() > without);
}

TEST_CASE("a record of many nested tables is read again") {
    catalog::Package package{.name = "bash", .version = "5.2", .architecture = "amd64"};
    package.other_fields.resize(1100000);  // more than the flatbuffers library verifies unless told to
    package.other_fields.back().name = "last";
    catalog::Package back;
    FlatBuffers::decode(packed(package), back);
    CHECK(back == package);
}

TEST_CASE("a record too large for FlatBuffers offsets is an error, not an assertion") {
    cambium::generated::BoundedAllocator allocator;
    try {
        static_cast<void>(allocator.allocate(std::size_t{1} << 31U));
        FAIL("2 GiB were not refused");
    } catch (const cambium::Error& error) {
        CHECK(error.code() == cambium::ErrorCode::encode);
    }
}

TEST_CASE("a view reads fields in place") {
    const deep::Everything record = cambium::test::full_record();
    const std::string bytes = packed(record);
    const deep::fb::Everything* view = FlatBuffers::view<deep::Everything>(bytes);
    CHECK(view->tag()->str() == record.tag);
    CHECK(view->big() == deep::fb::Big::least);
    CHECK(view->branches()->Get(0)->leaf()->weight() == 0.5);
    CHECK(reinterpret_cast<std::uintptr_t>(view) >= reinterpret_cast<std::uintptr_t>(bytes.data()));
    CHECK(reinterpret_cast<std::uintptr_t>(view) < reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()));
}

TEST_CASE("a trusted view is the same table, found without a walk over the buffer") {
    const deep::Everything record = cambium::test::full_record();
    const std::string written = packed(record);
    std::vector<std::uint64_t> words(written.size() / 8 + 2);
    std::memcpy(words.data(), written.data(), written.size());
    const cambium::ByteView bytes{reinterpret_cast<const char*>(words.data()), written.size()};
    CHECK(cambium::TrustedFlatBuffers::name == FlatBuffers::name);
    CHECK(cambium::TrustedFlatBuffers::view<deep::Everything>(bytes) == FlatBuffers::view<deep::Everything>(bytes));
    deep::Everything decoded;
    cambium::TrustedFlatBuffers::decode(bytes, decoded);
    CHECK(decoded.tag == record.tag);
    for (const std::uint32_t offset : {0U, 2U, 5U, 0xFFFFFFFCU, static_cast<std::uint32_t>(written.size())}) {
        std::memcpy(words.data(), &offset, sizeof offset);
        CHECK_THROWS_AS(static_cast<void>(cambium::TrustedFlatBuffers::view<deep::Everything>(bytes)),
                        cambium::Error);
    }
    CHECK_THROWS_AS(static_cast<void>(cambium::TrustedFlatBuffers::view<deep::Everything>(bytes.substr(0, 3))),
                    cambium::Error);
    CHECK_THROWS_AS(static_cast<void>(cambium::TrustedFlatBuffers::view<deep::Everything>(bytes.substr(1))),
                    cambium::Error);
}

TEST_CASE("bytes at an odd address decode, and a view of them is refused") {
    const deep::Everything record = cambium::test::full_record();
    const std::string bytes = packed(record);
    for (std::size_t offset = 1; offset < 8; ++offset) {
        const auto buffer = std::make_unique<std::uint64_t[]>(bytes.size() / 8 + 2);
        char* odd = reinterpret_cast<char*>(buffer.get()) + offset;
        bytes.copy(odd, bytes.size());
        deep::Everything back;
        FlatBuffers::decode({odd, bytes.size()}, back);
        CHECK(back == record);
        try {
            static_cast<void>(FlatBuffers::view<deep::Everything>({odd, bytes.size()}));
            FAIL("the view was not refused");
        } catch (const cambium::Error& error) {
            CHECK(error.code() == cambium::ErrorCode::misuse);
            CHECK(std::string{error.what()} ==
                  "record Everything: a view needs bytes that begin at a multiple of 8; copy "
                  "these there first");
        }
    }
}

}  // namespace
