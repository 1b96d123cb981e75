// Tokens of pages: what a token says never leads out of the query that it is used with.
#include <doctest/doctest.h>

#include <string>

#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Note {
    std::string tenant{};
    std::uint32_t id{};
};
struct Notes : Table<"notes", Note, PrimaryKey<&Note::tenant, &Note::id>, Cbor> {};

constexpr std::size_t kFingerprintEnd = 9;  // the version, and eight digits

}  // namespace

TEST_CASE("a token with the place of another query's row gives none of its rows") {
    const StorePath store;
    auto db = Database::open<Notes>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        for (const char* tenant : {"acme", "bolt", "corp"})
            for (std::uint32_t id = 0; id < 4; ++id) notes.insert({tenant, id});

        const auto bolt = notes.equal("bolt");
        const std::string own = bolt.page(2).next;
        CHECK(bolt.page(2, own).rows.size() == 2);
        const std::string own_reversed = bolt.reverse().page(2).next;
        CHECK(bolt.reverse().page(9, own_reversed).rows.size() == 2);
        for (const char* other : {"acme", "corp"}) {
            const std::string forged =
                own.substr(0, kFingerprintEnd) + notes.equal(other).page(1).next.substr(kFingerprintEnd);
            const Caught forward = caught([&] { static_cast<void>(bolt.page(9, forged)); });
            CHECK(forward.code == ErrorCode::invalid_argument);
            CHECK(holds(forward.text, "outside of this query"));
            const std::string reversed = own_reversed.substr(0, kFingerprintEnd) +
                                         notes.equal(other).reverse().page(1).next.substr(kFingerprintEnd);
            const Caught backward = caught([&] { static_cast<void>(bolt.reverse().page(9, reversed)); });
            CHECK(backward.code == ErrorCode::invalid_argument);
        }
    });
}
