// The names of the layer beside those of POSIX, under a using directive.
#include <strings.h>

#include <optional>
#include <string>

#include "cambium/cambium.hpp"
#include "cambium/codec/cbor.hpp"
#include "typed_fixture.hpp"

using namespace cambium;

namespace {

struct Word {
    std::string text{};
    std::optional<std::uint32_t> rank{};
};

struct Words : Table<"words", Word, PrimaryKey<&Word::text>, OrderedIndex<"rank", &Word::rank>, Cbor> {};

}  // namespace

TEST_CASE("declarations read the same under using namespace cambium") {
    const cambium::test::StorePath store;
    Database db = Database::open<Words>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Words> words{txn};
        words.insert({"tree", 2});
        words.insert({"ring", 1});
    });
    const std::optional<Word> first = db.read([](ReadTransaction& txn) {
        const Reader<Words> words{txn};
        return words.by<"rank">().first();
    });
    CHECK(first->text == "ring");
    CHECK(::index("ring", 'n') != nullptr);
}
