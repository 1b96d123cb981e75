// Written by cambium-codegen from reviews.fbs. Change the schema, not this file.
// clang-format off
#include "reviews_tables.hpp"

#include <cambium/codegen/flatbuffers_record.hpp>

#include <bit>
#include <cstdint>

#include "reviews_fb_generated.h"

namespace cambium::generated {
namespace {

flatbuffers::Offset<::reviews::fb::Score> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::reviews::Score& record) {
    ::reviews::fb::ScoreBuilder table{builder};
    table.add_weight(record.weight);
    table.add_stars(record.stars);
    return table.Finish();
}

void unpack_one(const ::reviews::fb::Score& view, ::reviews::Score& record) {
    unpack(view.stars(), record.stars);
    unpack(view.weight(), record.weight);
}

flatbuffers::Offset<::reviews::fb::Letter> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::reviews::Letter& record) {
    ::reviews::fb::LetterBuilder table{builder};
    table.add_words(record.words);
    return table.Finish();
}

void unpack_one(const ::reviews::fb::Letter& view, ::reviews::Letter& record) {
    unpack(view.words(), record.words);
}

void pack_one(flatbuffers::FlatBufferBuilder& builder, const ::reviews::Attachment& from,
              PackedUnion<::reviews::fb::Attachment>& to) {
    switch (from.index()) {
        case 1:
            to.type = ::reviews::fb::Attachment::Letter;
            to.value = pack_one(builder, std::get<1>(from)).Union();
            return;
        case 2:
            to.type = ::reviews::fb::Attachment::note;
            to.value = pack_text(builder, &std::get<2>(from)).Union();
            return;
        default:
            return;
    }
}

bool unpack_one(::reviews::fb::Attachment type, const void* from, ::reviews::Attachment& to) {
    switch (type) {
        case ::reviews::fb::Attachment::Letter:
            unpack_one(*static_cast<const ::reviews::fb::Letter*>(from), to.emplace<1>());
            return true;
        case ::reviews::fb::Attachment::note:
            unpack(static_cast<const flatbuffers::String*>(from), to.emplace<2>());
            return true;
        default:
            return false;
    }
}

flatbuffers::Offset<::reviews::fb::Review> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                    const ::reviews::Review& record) {
    const auto score_offset = pack_one(builder, record.score);
    const auto earlier_offset = pack_tables<::reviews::fb::Score>(builder, unless_empty(record.earlier),
        [&](const auto& one) { return pack_one(builder, one); });
    const auto attachment_packed = pack_union<::reviews::fb::Attachment>(record.attachment, "attachment",
        [&](const auto& from, auto& to) { pack_one(builder, from, to); });
    ::reviews::fb::ReviewBuilder table{builder};
    if (record.order) table.add_order(*record.order);
    table.add_id(record.id);
    table.add_attachment(attachment_packed.value);
    table.add_earlier(earlier_offset);
    table.add_score(score_offset);
    table.add_best(record.best);
    table.add_customer(record.customer);
    table.add_attachment_type(attachment_packed.type);
    table.add_is_public(record.is_public);
    table.add_mood(static_cast<::reviews::fb::Mood>(record.mood));
    return table.Finish();
}

void unpack_one(const ::reviews::fb::Review& view, ::reviews::Review& record) {
    unpack(view.id(), record.id);
    unpack(view.customer(), record.customer);
    unpack(view.order(), record.order);
    unpack(view.mood(), record.mood);
    unpack(view.is_public(), record.is_public);
    unpack(view.best(), record.best);
    unpack_record(view.score(), record.score, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_records(view.earlier(), record.earlier, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack_union(view.attachment_type(), view.attachment(), record.attachment, "attachment",
        [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); });
}

flatbuffers::Offset<::reviews::fb::Draft> pack_one(flatbuffers::FlatBufferBuilder& builder,
                                                   const ::reviews::Draft& record) {
    const auto score_offset = pack_one(builder, record.score);
    ::reviews::fb::DraftBuilder table{builder};
    table.add_attempts(record.attempts);
    table.add_id(record.id);
    if (record.maybe) table.add_maybe(*record.maybe);
    table.add_score(score_offset);
    table.add_best(record.best);
    table.add_mood(static_cast<::reviews::fb::Mood>(record.mood));
    return table.Finish();
}

void unpack_one(const ::reviews::fb::Draft& view, ::reviews::Draft& record) {
    unpack(view.id(), record.id);
    unpack(view.mood(), record.mood);
    unpack(view.best(), record.best);
    unpack(view.attempts(), record.attempts);
    unpack_record(view.score(), record.score, [](const auto& from, auto& to) { unpack_one(from, to); });
    unpack(view.maybe(), record.maybe);
}

}  // namespace
}  // namespace cambium::generated

namespace cambium {

void FlatBuffersSchema<::reviews::Review>::pack(const ::reviews::Review& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::reviews::Review>::unpack(std::string_view bytes, ::reviews::Review& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Review"), record);
}

auto FlatBuffersSchema<::reviews::Review>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Review");
}

void FlatBuffersSchema<::reviews::Draft>::pack(const ::reviews::Draft& record, std::string& out) {
    generated::finish(out, nullptr, [&](auto& builder) { return generated::pack_one(builder, record); });
}

void FlatBuffersSchema<::reviews::Draft>::unpack(std::string_view bytes, ::reviews::Draft& record) {
    const generated::AlignedBytes aligned{bytes};
    generated::unpack_one(*generated::verified<View>(aligned.bytes(), "Draft"), record);
}

auto FlatBuffersSchema<::reviews::Draft>::view(std::string_view bytes) -> const View* {
    return generated::verified<View>(bytes, "Draft");
}

}  // namespace cambium
