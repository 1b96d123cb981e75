// Records and fields called as something else is: what schemas/names.fbs and names_global.fbs declare, in a store.
#include <doctest/doctest.h>

#include <cambium/cambium.hpp>
#include <cambium/kv/maintenance.hpp>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include "names_fb_generated.h"
#include "names_global_fb_generated.h"
#include "names_global_tables.hpp"
#include "names_tables.hpp"
#include "namesglobal_fb_generated.h"
#include "namesglobal_tables.hpp"
#include "temporary_store.hpp"
#include "unstored_fb_generated.h"
#include "unstored_tables.hpp"

namespace own = names::cambium;

bool own::AutoIncrement(const Codec& record) {
    return record.builder == 7;
}

namespace {

own::Codec full_codec() {
    own::Codec codec{.id = 1, .builder = 7, .module = "m", .import = 3};
    codec.either = own::Any{std::in_place_index<2>};
    codec.several = {own::cambium{.module = 5, .import = own::Words::synchronized}, "text"};
    codec.std = own::Table{.atomic_cancel = {1, 2}, .inner = {.module = 3}};
    codec.flatbuffers = own::Module{.modules = {own::Words::module, own::Words::synchronized}};
    codec.flat = own::cambium{.module = 4};
    codec.names = {own::Module{}, own::Module{.import = own::Words::module}};
    return codec;
}

TEST_CASE("a store of records with the names of others") {
    const cambium::test::TemporaryDirectory store;
    const own::Codec codec = full_codec();
    const PackedUnion packed{.id = 2,
                             .verified = unpack{.x = 8},
                             .aligned = {pack_one{.inner = unpack{.x = 9}}, "text"},
                             .name = ::cambium::FixedBytes<4>{1, 2, 3, 4},
                             .pack_text = "p",
                             .present = {pack_one{}},
                             .pack = "pack",
                             .pack_required = "required"};
    auto db =
        cambium::Database::open<own::Codecs, names::other::Codec, names::other::Others, Packed>(store.file("s"));
    db.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<own::Codecs>{txn}.insert(codec);
        cambium::Writer<Packed>{txn}.insert(packed);
        cambium::Writer<names::other::Codec>{txn}.insert({.id = 1});
        cambium::Writer<names::other::Others>{txn}.insert({.id = 1, .entry = 1});
    });
    db.read([&](cambium::ReadTransaction& txn) {
        CHECK(cambium::Reader<own::Codecs>{txn}.get(1) == codec);
        CHECK(cambium::Reader<own::Codecs>{txn}.by<"new_codecs">().equal(7U).count() == 1);
        CHECK(cambium::Reader<Packed>{txn}.get(2) == packed);
    });
    CHECK(cambium::kv::check(db.environment()).ok());
}

TEST_CASE("defaults at the ends of their ranges") {
    CHECK(own::Codec{}.builder == std::numeric_limits<std::uint64_t>::max());
    CHECK(own::Codec{}.record == std::numeric_limits<std::int64_t>::min());
    CHECK(own::Codec{}.table.time_since_epoch().count() == std::numeric_limits<std::int64_t>::min());
    CHECK(own::Codec{}.least == own::Least::least);
    CHECK(own::Module{}.Bits == (own::Bits::first | own::Bits::last));
}

TEST_CASE("flatc's accessors of such names") {
    std::string bytes;
    cambium::FlatBuffers::encode(full_codec(), bytes);
    const auto* view = cambium::FlatBuffersSchema<own::Codec>::view(bytes);
    CHECK(view->module_()->str() == "m");
    CHECK(view->import_() == 3);
    CHECK(view->flat()->import_() == own::fb::Words::module_);
    CHECK(view->several()->size() == 2);
}

TEST_CASE("flatc's accessors of two files whose names differ by an underscore") {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(fb::Createsame_letters(builder, same_letters{.x = 7}.x));
    CHECK(flatbuffers::GetRoot<fb::same_letters>(builder.GetBufferPointer())->x() == 7);
    CHECK(fb::unpack(5).x() == 5);
}

TEST_CASE("flatc's accessors of records that contain themselves, beside a table that stores others") {
    flatbuffers::FlatBufferBuilder builder;
    const std::vector children{unstored::fb::CreateNode(builder, 8)};
    builder.Finish(unstored::fb::CreateNodeDirect(builder, 7, &children));
    const unstored::fb::Node* node = unstored::fb::GetNode(builder.GetBufferPointer());
    CHECK(node->value() == 7);
    CHECK(node->children()->Get(0)->value() == 8);

    const unstored::Item item{.id = 1, .plain = {.value = 5}};
    std::string bytes;
    cambium::FlatBuffers::encode(item, bytes);
    CHECK(cambium::FlatBuffersSchema<unstored::Item>::view(bytes)->plain()->value() == 5);
}

}  // namespace
