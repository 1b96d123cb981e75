#include "typed/places.hpp"

#include <algorithm>

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::ListForm;
using codec::Meaning;
using codec::RecordShape;
using codec::Shape;

/// The records around the one that is looked at: one that holds itself is looked at once.
struct Enclosing {
    const RecordShape* record;
    const Enclosing* outer;

    [[nodiscard]] static bool has(const Enclosing* step, const RecordShape& record) noexcept {
        for (; step != nullptr; step = step->outer)
            if (step->record == &record) return true;
        return false;
    }
};

class EnumWalk {
public:
    using Visit = std::function<void(const std::string&, const Shape&)>;
    explicit EnumWalk(const Visit& visit) : visit_(visit) {}

    void walk(const Shape& shape, const std::string& place, const Enclosing* outer) const {
        switch (shape.kind) {
            case Kind::optional:
                return walk(*shape.optional().value, place, outer);
            case Kind::list:
                return walk(*shape.list().element, in_list(place), outer);
            case Kind::map:
                return walk(*shape.map().value, in_map(place), outer);
            case Kind::record:
                return walk_record(shape.record(), place, outer);
            case Kind::variant:
                for (std::uint32_t i = 0; i < shape.variant().count; ++i)
                    walk(*shape.variant().alternatives[i], in_variant(place, i), outer);
                return;
            default:
                if (shape.meaning == Meaning::enumeration) visit_(place, shape);
        }
    }

private:
    void walk_record(const RecordShape& record, const std::string& place, const Enclosing* outer) const {
        if (Enclosing::has(outer, record)) return;
        const Enclosing here{&record, outer};
        for (std::uint32_t i = 0; i < record.count; ++i)
            walk(*record.fields[i].shape, in_record(place, record.fields[i].name), &here);
    }

    const Visit& visit_;
};

class DefaultWalk {
public:
    using Visit = std::function<void(const std::string&, const Shape&, const void*)>;
    explicit DefaultWalk(const Visit& visit) : visit_(visit) {}

    void walk(const Shape& shape, void* value, const std::string& place, const Enclosing* outer) const {
        switch (shape.kind) {
            case Kind::optional:
                return walk(*shape.optional().value, shape.optional().emplace(value), place, outer);
            case Kind::list:
                return walk_list(shape.list(), value, place, outer);
            case Kind::map:
                return walk_map(shape.map(), value, place, outer);
            case Kind::record:
                return walk_record(shape.record(), value, place, outer);
            case Kind::variant:
                for (std::uint32_t i = 0; i < shape.variant().count; ++i)
                    walk(*shape.variant().alternatives[i], shape.variant().emplace(value, i), in_variant(place, i),
                         outer);
                return;
            default:
                return;
        }
    }

private:
    void walk_list(const codec::ListShape& list, void* value, const std::string& place,
                   const Enclosing* outer) const {
        list.clear(value);
        if (list.form == ListForm::array && list.fixed_count == 0) return;
        void* const element = list.add(value, 0);
        walk(*list.element, element, in_list(place), outer);
        if (list.discard != nullptr) list.discard(element);
    }

    void walk_map(const codec::MapShape& map, void* value, const std::string& place, const Enclosing* outer) const {
        map.clear(value);
        std::string_view key;
        walk(*map.value, map.add(value, {}, key), in_map(place), outer);
    }

    void walk_record(const RecordShape& record, void* value, const std::string& place,
                     const Enclosing* outer) const {
        if (Enclosing::has(outer, record)) return;
        const Enclosing here{&record, outer};
        const std::uint32_t* const offsets = record.offsets(value);
        for (std::uint32_t i = 0; i < record.count; ++i) {
            void* const field = static_cast<char*>(value) + offsets[i];
            const std::string at = in_record(place, record.fields[i].name);
            visit_(at, *record.fields[i].shape, field);
            walk(*record.fields[i].shape, field, at, &here);
        }
    }

    const Visit& visit_;
};

bool is_list(const TypeText& type) noexcept {
    return type.is("vector") || type.is("set") || type.is("array");
}

void list_new_fields(const TypeText& stored, const TypeText& declared, const std::string& place,
                     std::vector<std::string>& out) {
    for (std::size_t i = 0; i < declared.names.size(); ++i) {
        const std::string at = in_record(place, declared.names[i]);
        const auto found = std::find(stored.names.begin(), stored.names.end(), declared.names[i]);
        if (found == stored.names.end())
            out.push_back(at);
        else
            list_new_places(stored.arguments[static_cast<std::size_t>(found - stored.names.begin())],
                            declared.arguments[i], at, out);
    }
}

}  // namespace

std::string in_list(const std::string& place) {
    return place + "[]";
}
std::string in_map(const std::string& place) {
    return place + "{}";
}
std::string in_variant(const std::string& place, std::size_t position) {
    return place + "|" + std::to_string(position);
}
std::string in_record(const std::string& place, std::string_view field) {
    return (place.empty() ? std::string() : place + ".").append(field);
}

void each_enumeration(const Shape& shape, const std::string& place, const EnumWalk::Visit& visit) {
    EnumWalk(visit).walk(shape, place, nullptr);
}

void each_default(const Shape& shape, void* value, const std::string& place, const DefaultWalk::Visit& visit) {
    DefaultWalk(visit).walk(shape, value, place, nullptr);
}

void list_new_places(const TypeText& stored, const TypeText& declared, const std::string& place,
                     std::vector<std::string>& out) {
    if (stored.text == declared.text || declared.arguments.empty()) return;
    if (declared.is("optional"))
        return list_new_places(stored.is("optional") ? stored.arguments[0] : stored, declared.arguments[0], place,
                               out);
    if (stored.arguments.empty()) return;
    if (stored.is_record() && declared.is_record()) return list_new_fields(stored, declared, place, out);
    if (is_list(stored) && is_list(declared))
        return list_new_places(stored.arguments[0], declared.arguments[0], in_list(place), out);
    if (stored.head != declared.head || stored.arguments.size() > declared.arguments.size()) return;
    if (stored.is("map"))
        return list_new_places(stored.arguments.back(), declared.arguments.back(), in_map(place), out);
    if (!stored.is("variant")) return;
    for (std::size_t i = 0; i < stored.arguments.size(); ++i)
        list_new_places(stored.arguments[i], declared.arguments[i], in_variant(place, i), out);
}

std::string_view field_of_place(std::string_view place) noexcept {
    return place.substr(0, place.find_first_of(".[{|"));
}

}  // namespace cambium::detail
