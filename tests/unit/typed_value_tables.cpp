// Tables whose value is no record: one scalar, bytes, a list. They go out and back by the catalog alone.
#include <set>

#include "cambium/codec/bytes.hpp"
#include "cambium/codec/raw.hpp"
#ifdef CAMBIUM_TEST_ZSTD
#include "cambium/codec/zstd.hpp"
#endif
#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

template <detail::Name kName, class Value, class Codec>
struct ValueTable : Table<kName, Value, Key<std::uint32_t>, Codec> {};

using Octets = std::vector<std::uint8_t>;
using Blob = std::vector<std::byte>;
using Blobs = ValueTable<"blobs", Blob, Bytes>;
using TextTable = ValueTable<"texts", std::string, Bytes>;
using OctetTable = ValueTable<"octets", Octets, Bytes>;
using Chars = ValueTable<"chars", std::vector<char>, Bytes>;
#ifdef CAMBIUM_TEST_ZSTD
using PackedTable = ValueTable<"packed", Blob, Compressed<Bytes, Zstd>>;
#else
using PackedTable = ValueTable<"packed", Blob, Bytes>;
#endif

template <class T, class... Values>
void fill(WriteTransaction& txn, const Values&... values) {
    std::uint32_t key = 0;
    (Writer<T>{txn}.insert(key++, values), ...);
}

std::vector<DynamicCompressor> compressors() {
#ifdef CAMBIUM_TEST_ZSTD
    return {kDynamicCompressor<Zstd>};
#else
    return {};
#endif
}

}  // namespace

TEST_CASE("tables of bytes go out and back by the catalog alone") {
    const StorePath store;
    const Blob blob{std::byte{0}, std::byte{255}, std::byte{128}};
    {
        Database db = Database::open<Blobs, TextTable, OctetTable, Chars, PackedTable>(store.path());
        db.write([&](WriteTransaction& txn) {
            fill<Blobs>(txn, Blob{}, blob);
            fill<TextTable>(txn, std::string("plain"), std::string("\xff\0", 2), std::string());
            fill<OctetTable>(txn, Octets{1, 2, 3}, Octets{});
            fill<Chars>(txn, std::vector<char>{'a', '\0'});
            fill<PackedTable>(txn, Blob(5000, std::byte{7}));
        });
    }
    goes_out_and_back(store.path(), compressors());
    const StoredTables stored = stored_tables(store.path(), compressors());
    {
        Database db = Database::open(store.path(), stored.tables);
        db.read([&](ReadTransaction& txn) {
            CHECK(exported(txn, stored["blobs"]) == "{\"key\":0,\"value\":\"\"}\n{\"key\":1,\"value\":\"AP+A\"}\n");
            CHECK(exported(txn, stored["texts"]) ==
                  "{\"key\":0,\"value\":\"plain\"}\n{\"key\":1,\"value\":{\"$base64\":\"/wA=\"}}\n"
                  "{\"key\":2,\"value\":\"\"}\n");
        });
        db.write([&](WriteTransaction& txn) {
            DynamicWriter blobs(txn, stored["blobs"]);
            blobs.upsert(Document::from_json("{\"key\":7,\"value\":\"AQI=\"}"));
            CHECK(blobs.get(1)->to_json() == "{\"key\":1,\"value\":\"AP+A\"}");
            CHECK(error_of(ErrorCode::decode, [&] {
                      blobs.insert(Document::from_json("{\"key\":8,\"value\":5}"));
                  }).find("expected bytes") != std::string::npos);
        });
    }
    Database db = Database::open<Blobs, TextTable, OctetTable, Chars, PackedTable>(store.path());
    db.read([&](ReadTransaction& txn) {
        CHECK(Reader<Blobs>{txn}.get(1) == blob);
        CHECK(Reader<Blobs>{txn}.get(7) == Blob{std::byte{1}, std::byte{2}});
    });
}

TEST_CASE("tables of one scalar or container go out and back by the catalog alone, whatever the codec") {
    const StorePath store;
    using Fixed = FixedBytes<20>;
    using Triple = std::array<double, 3>;
    using Either = std::variant<std::string, std::int32_t>;
    using Duration = std::chrono::duration<std::int64_t, std::milli>;
    using Strings = std::set<std::string>;
    using RawDouble = ValueTable<"raw double", double, Raw>;
    using RawTime = ValueTable<"raw time", Timestamp, Raw>;
    using RawColour = ValueTable<"raw colour", Colour, Raw>;
    using RawFixed = ValueTable<"raw fixed", Fixed, Raw>;
    using RawArray = ValueTable<"raw array", Triple, Raw>;
    using RawUuid = ValueTable<"raw uuid", Uuid, Raw>;
    using RawBool = ValueTable<"raw bool", bool, Raw>;
    using CborText = ValueTable<"cbor text", std::string, Cbor>;
    using CborBlob = ValueTable<"cbor blob", Blob, Cbor>;
    using CborMaybe = ValueTable<"cbor maybe", std::optional<std::string>, Cbor>;
    using CborSet = ValueTable<"cbor set", Strings, Cbor>;
    using CborEither = ValueTable<"cbor either", Either, Cbor>;
    using CborLarge = ValueTable<"cbor large", Uint256, Cbor>;
    using CborDuration = ValueTable<"cbor duration", Duration, Cbor>;
    using JsonBlob = ValueTable<"json blob", Blob, Json>;
    using JsonColour = ValueTable<"json colour", Colour, Json>;
    {
        Database db =
            Database::open<RawDouble, RawTime, RawColour, RawFixed, RawArray, RawUuid, RawBool, CborText, CborBlob,
                           CborMaybe, CborSet, CborEither, CborLarge, CborDuration, JsonBlob, JsonColour>(
                store.path());
        db.write([&](WriteTransaction& txn) {
            fill<RawDouble>(txn, 0.5, -std::numeric_limits<double>::infinity());
            fill<RawTime>(txn, Timestamp{} - std::chrono::hours(1));
            fill<RawColour>(txn, Colour::green);
            fill<RawFixed>(txn, Fixed{});
            fill<RawArray>(txn, Triple{1, 2, 3});
            fill<RawUuid>(txn, Uuid::v7());
            fill<RawBool>(txn, true, false);
            fill<CborText>(txn, std::string("a"), std::string());
            fill<CborBlob>(txn, Blob(3, std::byte{9}));
            fill<CborMaybe>(txn, std::optional<std::string>("x"), std::optional<std::string>());
            fill<CborSet>(txn, Strings{"b", "a"}, Strings{});
            fill<CborEither>(txn, Either("text"), Either(-5));
            fill<CborLarge>(txn, Uint256(7));
            fill<CborDuration>(txn, Duration(-3));
            fill<JsonBlob>(txn, Blob(2, std::byte{255}));
            fill<JsonColour>(txn, Colour::green);
        });
    }
    goes_out_and_back(store.path());
}

}  // namespace cambium::test
