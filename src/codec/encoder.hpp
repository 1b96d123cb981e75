// Walks a value by its shape and hands its parts to a writer, which knows one format. Shared by Json and Cbor.
//
// A Writer has: null, boolean, unsigned_integer, signed_integer, floating (float and double), text, bytes, uuid,
// uint256; begin_list(count), element(i) before each element, end_list; begin_map(count), key(name, i) before each
// value, end_map; and the constants kSortedKeys (map keys by length, then bytes), kHasNonFinite (NaN and infinity),
// kEnumNames (enumerators by name), kNumbered (fields by number, with field_number(n) in place of key()) and
// kLossless (what the format has no form for is put another way: non_finite(float or double), wrapped(name,
// bytes)).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cambium/codec/document.hpp"
#include "cambium/codec/enum_names.hpp"
#include "cambium/codec/shape.hpp"
#include "codec/numbers.hpp"
#include "codec/path.hpp"
#include "codec/text_forms.hpp"
#include "codec/utf8.hpp"

namespace cambium::codec {

// One step of the way from the record to the value being written. Lives on the stack of the walk.
struct Place {
    const Place* outer = nullptr;
    std::string_view name{};
    std::size_t position = 0;
    std::size_t depth = 0;
    bool is_element = false;
};

inline void add_steps(Path& path, const Place& place) {
    if (place.outer == nullptr) return;
    add_steps(path, *place.outer);
    if (place.is_element)
        path.add_position(place.position);
    else
        path.add_name(place.name);
}

[[noreturn]] inline void fail_encode(const Place& place, std::string_view reason) {
    Path path;
    add_steps(path, place);
    path.fail(ErrorCode::encode, reason);
}

template <class Writer>
class Encoder {
public:
    explicit Encoder(Writer& writer) : writer_(writer) {}

    void write(const Shape& shape, const void* value, const Place& place) {
        switch (shape.kind) {
            case Kind::null:
                writer_.null();
                return;
            case Kind::boolean:
                writer_.boolean(load_as<std::uint8_t>(value) != 0);
                return;
            case Kind::unsigned_integer:
                if (Writer::kEnumNames && shape.meaning == Meaning::enumeration &&
                    write_enumerator(shape, static_cast<std::int64_t>(load_unsigned(shape, value))))
                    return;
                writer_.unsigned_integer(load_unsigned(shape, value));
                return;
            case Kind::signed_integer:
                if (Writer::kEnumNames && shape.meaning == Meaning::enumeration &&
                    write_enumerator(shape, load_signed(shape, value)))
                    return;
                writer_.signed_integer(load_signed(shape, value));
                return;
            case Kind::floating:
                write_floating(shape, value, place);
                return;
            case Kind::string:
                write_string(*static_cast<const std::string*>(value), place);
                return;
            case Kind::bytes:
                writer_.bytes(shape.bytes().view(value));
                return;
            case Kind::fixed_bytes:
                writer_.bytes({static_cast<const char*>(value), shape.size});
                return;
            case Kind::uuid:
                writer_.uuid(*static_cast<const Uuid*>(value));
                return;
            case Kind::uint256:
                writer_.uint256(*static_cast<const Uint256*>(value));
                return;
            case Kind::optional:
                write_optional(shape.optional(), value, place);
                return;
            case Kind::list:
                write_list(shape.list(), value, place);
                return;
            case Kind::map:
                write_map(shape.map(), value, place);
                return;
            case Kind::record:
                write_record(shape.record(), value, place);
                return;
            case Kind::variant:
                write_variant(shape.variant(), value, place);
                return;
            case Kind::document:
                write_document(*static_cast<const Document*>(value), place);
                return;
        }
    }

private:
    static void check_text(std::string_view text, const Place& place) {
        const std::size_t bad = find_invalid_utf8(text);
        if (bad != text.size()) {
            fail_encode(place, "invalid UTF-8 at byte " + std::to_string(bad) +
                                   "; keep bytes that are not text in a std::vector<std::byte>");
        }
    }

    static std::size_t deeper(const Place& place) {
        if (place.depth == kMaxDepth) {
            fail_encode(place, "values may nest at most " + std::to_string(kMaxDepth) + " deep");
        }
        return place.depth + 1;
    }

    template <class Number>
    void write_number(Number number, const Place& place) {
        if constexpr (!Writer::kHasNonFinite) {
            if (!std::isfinite(number)) {
                if constexpr (Writer::kLossless) return writer_.non_finite(number);
                fail_encode(place, "NaN and infinity have no form in this codec");
            }
        }
        writer_.floating(number);
    }

    void write_floating(const Shape& shape, const void* value, const Place& place) {
        if (shape.size == sizeof(float))
            write_number(load_as<float>(value), place);
        else
            write_number(load_as<double>(value), place);
    }

    void write_string(const std::string& text, const Place& place) {
        if constexpr (Writer::kLossless) {
            if (find_invalid_utf8(text) != text.size()) return writer_.wrapped(kWrappedText, text);
        }
        check_text(text, place);
        writer_.text(text);
    }

    void write_optional(const OptionalShape& optional, const void* value, const Place& place) {
        const void* held = optional.get(value);
        if (held == nullptr)
            writer_.null();
        else
            write(*optional.value, held, place);
    }

    void write_list(const ListShape& list, const void* value, const Place& place) {
        struct Context {
            Encoder& encoder;
            const Shape& element;
            Place place;
        } context{*this, *list.element, {&place, {}, 0, deeper(place), true}};
        writer_.begin_list(list.count(value));
        list.visit(value, &context, [](void* raw, const void* element) {
            auto& [encoder, shape, here] = *static_cast<Context*>(raw);
            encoder.writer_.element(here.position);
            encoder.write(shape, element, here);
            ++here.position;
        });
        writer_.end_list();
    }

    void write_map(const MapShape& map, const void* value, const Place& place) {
        using Entry = std::pair<std::string_view, const void*>;
        const std::size_t depth = deeper(place);
        std::vector<Entry> entries;
        entries.reserve(map.count(value));
        map.visit(value, &entries, [](void* raw, std::string_view key, const void* mapped) {
            static_cast<std::vector<Entry>*>(raw)->emplace_back(key, mapped);
        });
        if constexpr (Writer::kSortedKeys) {
            std::sort(entries.begin(), entries.end(),
                      [](const Entry& a, const Entry& b) { return detail::name_less(a.first, b.first); });
        }
        writer_.begin_map(entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto& [key, mapped] = entries[i];
            const Place here{&place, key, 0, depth, false};
            check_text(key, here);
            writer_.key(key, i);
            write(*map.value, mapped, here);
        }
        writer_.end_map();
    }

    void write_record(const RecordShape& record, const void* value, const Place& place) {
        const std::size_t depth = deeper(place);
        const std::uint32_t* offsets = record.offsets(value);
        if (record.unknown < record.count) {
            const void* unknown = static_cast<const char*>(value) + offsets[record.unknown];
            return write_open_record(record, value, static_cast<const UnknownFields*>(unknown)->fields, place);
        }
        writer_.begin_map(record.count);
        for (std::size_t i = 0; i < record.count; ++i) {
            const std::size_t number = Writer::kSortedKeys && !Writer::kNumbered ? record.sorted[i] : i;
            const FieldShape& field = record.fields[number];
            if constexpr (Writer::kNumbered)
                writer_.field_number(number + 1);
            else
                writer_.key(field.name, i);
            write(*field.shape, static_cast<const char*>(value) + offsets[number],
                  {&place, field.name, 0, depth, false});
        }
        writer_.end_map();
    }

    // A record that keeps fields it does not declare: those come among its own, in the order of the format.
    void write_open_record(const RecordShape& record, const void* value, const Document& unknown,
                           const Place& place) {
        struct Item {
            std::string_view name;
            const Shape* shape;
            const void* value;
        };
        constexpr Shape kDocumentShape{Kind::document, Meaning::plain, 0, nullptr};
        const std::size_t depth = deeper(place);
        if (!unknown.is_null() && !unknown.is_object())
            fail_encode({&place, record.fields[record.unknown].name, 0, depth, false},
                        "expected an object or null");
        if constexpr (Writer::kNumbered)
            fail_encode(place, "fields that are stored by number cannot keep unknown ones; choose the codec Cbor");
        const std::uint32_t* offsets = record.offsets(value);
        std::vector<Item> items;
        items.reserve(record.count + unknown.size());
        for (std::size_t i = 0; i < record.count; ++i) {
            if (i == record.unknown) continue;
            items.push_back(
                {record.fields[i].name, record.fields[i].shape, static_cast<const char*>(value) + offsets[i]});
            if (unknown.find(record.fields[i].name) == nullptr) continue;
            fail_encode({&place, record.fields[i].name, 0, depth, false},
                        "is declared, and is among the unknown fields");
        }
        for (const Document::Member& member : unknown.members())
            items.push_back({member.name, &kDocumentShape, &member.value});
        if constexpr (Writer::kSortedKeys) {
            std::sort(items.begin(), items.end(),
                      [](const Item& a, const Item& b) { return detail::name_less(a.name, b.name); });
        }
        writer_.begin_map(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Place here{&place, items[i].name, 0, depth, false};
            check_text(items[i].name, here);
            writer_.key(items[i].name, i);
            write(*items[i].shape, items[i].value, here);
        }
        writer_.end_map();
    }

    bool write_enumerator(const Shape& shape, std::int64_t number) {
        const std::string_view name = shape.enumerators().name(number);
        if (name.empty()) return false;
        writer_.text(name);
        return true;
    }

    /// Whether JSON would lose something of a value, or take it for what has been wrapped.
    static bool is_beyond_json(const Document& document) {
        return document.has_tag() || document.type() == Document::Type::bytes ||
               (document.type() == Document::Type::floating && !std::isfinite(document.as_double())) ||
               (document.size() == 1 && document.find(kWrappedCbor) != nullptr);
    }

    void write_document(const Document& document, const Place& place) {
        if constexpr (Writer::kLossless) {
            if (is_beyond_json(document)) return write_wrapped(document, place);
        }
        if (document.has_tag()) writer_.tag(document.tag());
        switch (document.type()) {
            case Document::Type::null:
                return writer_.null();
            case Document::Type::boolean:
                return writer_.boolean(document.as_bool());
            case Document::Type::unsigned_integer:
                return writer_.unsigned_integer(document.as_uint64());
            case Document::Type::signed_integer:
                return writer_.signed_integer(document.as_int64());
            case Document::Type::floating:
                return write_number(document.as_double(), place);
            case Document::Type::text:
                check_text(document.as_text(), place);
                return writer_.text(document.as_text());
            case Document::Type::bytes:
                return writer_.bytes(document.as_bytes());
            case Document::Type::array:
                return write_elements(document.elements(), place);
            case Document::Type::object:
                return write_members(document.members(), place);
        }
    }

    void write_wrapped(const Document& document, const Place& place) {
        std::string bytes;
        try {
            bytes = document.to_cbor();
        } catch (const Error& error) {
            fail_encode(place, error.what());
        }
        writer_.wrapped(kWrappedCbor, bytes);
    }

    void write_elements(std::span<const Document> elements, const Place& place) {
        Place here{&place, {}, 0, deeper(place), true};
        writer_.begin_list(elements.size());
        for (; here.position < elements.size(); ++here.position) {
            writer_.element(here.position);
            write_document(elements[here.position], here);
        }
        writer_.end_list();
    }

    void write_members(std::span<const Document::Member> members, const Place& place) {
        const std::size_t depth = deeper(place);
        std::vector<const Document::Member*> ordered;
        ordered.reserve(members.size());
        for (const Document::Member& member : members) ordered.push_back(&member);
        if constexpr (Writer::kSortedKeys) {
            std::sort(ordered.begin(), ordered.end(),
                      [](const auto* a, const auto* b) { return detail::name_less(a->name, b->name); });
        }
        writer_.begin_map(ordered.size());
        for (std::size_t i = 0; i < ordered.size(); ++i) {
            const Place here{&place, ordered[i]->name, 0, depth, false};
            check_text(ordered[i]->name, here);
            writer_.key(ordered[i]->name, i);
            write_document(ordered[i]->value, here);
        }
        writer_.end_map();
    }

    void write_variant(const VariantShape& variant, const void* value, const Place& place) {
        const std::size_t position = variant.position(value);
        if (position >= variant.count) fail_encode(place, "the variant holds no value");
        const Place here{&place, {}, position, deeper(place), true};
        writer_.begin_list(2);
        writer_.element(0);
        writer_.unsigned_integer(position);
        writer_.element(1);
        write(*variant.alternatives[position], variant.get(value), here);
        writer_.end_list();
    }

    Writer& writer_;
};

/// Writes one value; `out`, which the writer appends to, is left as it was when that fails.
template <class Writer>
void encode_with(Writer& writer, const Shape& shape, const void* value, std::string& out) {
    const std::size_t before = out.size();
    try {
        Encoder<Writer>(writer).write(shape, value, Place{});
    } catch (...) {
        out.resize(before);
        throw;
    }
}

}  // namespace cambium::codec
