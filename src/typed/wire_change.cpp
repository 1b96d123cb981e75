// A record is an object: "#fields" lists the names by their places ("" for the type of a union, "-name" deprecated,
// "!name" required); a member says more of a field: a number that is its default, "struct{...}", another record, or
// of a union by type number [name] or [name, what is to be said of it]. "-name" is [type] or [type, what is to be
// said of it] of a deprecated field.
#include "typed/wire_change.hpp"

#include <algorithm>
#include <utility>

namespace cambium::detail {

namespace {

constexpr std::string_view kFields = "#fields";

struct Place {
    std::string_view name;  ///< empty: the type of a union
    bool deprecated = false;
    bool required = false;
};

std::vector<Place> places_of(const Document& wire) {
    std::vector<Place> places;
    const Document* const fields = wire.find(kFields);
    if (fields == nullptr) return places;
    for (const Document& field : fields->elements()) {
        Place& place = places.emplace_back();
        place.name = field.as_text();
        place.deprecated = place.name.starts_with('-');
        place.required = place.name.starts_with('!');
        if (place.deprecated || place.required) place.name.remove_prefix(1);
    }
    return places;
}

/// Of a member of a union, [name] or [name, more]; of a deprecated field, whose type it is; empty for anything
/// else, which no generator writes.
std::string_view name_of(const Document& member) {
    return member.size() > 0 && member.is_array() && member.elements()[0].is_text() ? member.elements()[0].as_text()
                                                                                    : std::string_view{};
}

/// Of a member of a union, null when there is nothing to be said of it.
const Document* more_of(const Document& member) {
    return member.is_array() && member.size() > 1 ? &member.elements()[1] : nullptr;
}

class WireComparison {
public:
    void compare_records(const Document& before, const Document& now, const std::string& path) {
        const std::vector<Place> old_places = places_of(before);
        const std::vector<Place> places = places_of(now);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const Place& place = places[i];
            if (place.name.empty() || place.deprecated) continue;
            const std::string name = path + std::string(place.name);
            if (i >= old_places.size()) {
                if (place.required) tell(name, "is new and required, and no stored record has it");
                continue;
            }
            const Place& old = old_places[i];
            if (old.name != place.name) {
                tell(name, "takes the place of " +
                               (old.name.empty() ? "a union" : "field \"" + path + std::string(old.name) + "\""));
                continue;
            }
            if (place.required && !old.required) tell(name, "is required now, and a stored record may lack it");
            if (!old.deprecated)
                compare(before.find(place.name), now.find(place.name), name);
            else if (const auto field = deprecated_field(before, place.name))
                compare(field->wire, now.find(place.name), name);
        }
    }

    std::vector<std::string> sentences;

private:
    void tell(const std::string& name, const std::string& what) {
        sentences.push_back("field \"" + name + "\" " + what);
    }

    void compare(const Document* before, const Document* now, const std::string& name) {
        if (is_struct(before) || is_struct(now)) {
            const auto layout = [](const Document* wire) {
                return is_struct(wire) ? std::string(wire->as_text()) : std::string("no struct");
            };
            if (layout(before) != layout(now))
                tell(name, "was " + layout(before) + ", is declared " + layout(now) +
                               "; a FlatBuffers struct never changes");
            return;
        }
        const bool are_objects = before != nullptr && now != nullptr && before->is_object() && now->is_object();
        if (are_objects && before->find(kFields) != nullptr) return compare_records(*before, *now, name + ".");
        if (are_objects) return compare_unions(*before, *now, name);
        const auto text = [](const Document* number, const Document* other) {
            if (number != nullptr) return number->to_json();
            return std::string(other != nullptr && other->type() == Document::Type::boolean ? "false" : "0");
        };
        if (text(before, now) != text(now, before))
            sentences.push_back("the default of field \"" + name + "\" was " + text(before, now) +
                                ", is declared " + text(now, before) +
                                ", and FlatBuffers store no number that equals its default");
    }

    // A member may get another name, unless it is the name of another one.
    void compare_unions(const Document& before, const Document& now, const std::string& name) {
        for (const Document::Member& old : before.members()) {
            const std::string_view old_name = name_of(old.value);
            const Document* const member = now.find(old.name);
            const std::string number = "type number " + std::string(old.name) + " of its union was ";
            if (member == nullptr) {
                tell(name, number + std::string(old_name) + ", and is not declared");
                continue;
            }
            const std::string_view new_name = name_of(*member);
            const bool moved = old_name != new_name && std::any_of(now.members().begin(), now.members().end(),
                                                                   [&](const Document::Member& other) {
                                                                       return name_of(other.value) == old_name;
                                                                   });
            if (moved) {
                tell(name, number + std::string(old_name) + ", is declared " + std::string(new_name));
                continue;
            }
            compare(more_of(old.value), more_of(*member), name + "." + std::string(new_name));
        }
    }
};

}  // namespace

std::vector<std::string> wire_differences(const Document& before, const Document& now) {
    WireComparison comparison;
    if (tells_places(before) && tells_places(now)) comparison.compare_records(before, now, "");
    return comparison.sentences;
}

bool tells_places(const Document& wire) {
    return wire.find(kFields) != nullptr;
}

std::optional<DeprecatedField> deprecated_field(const Document& wire, std::string_view field) {
    const Document* const said = wire.find("-" + std::string(field));
    if (said == nullptr || name_of(*said).empty()) return std::nullopt;
    return DeprecatedField{name_of(*said), more_of(*said)};
}

bool is_struct(const Document* wire) {
    return wire != nullptr && wire->is_text() && wire->as_text().starts_with("struct");
}

const Document* wire_of_field(const Document* wire, std::string_view field) {
    return wire == nullptr ? nullptr : wire->find(field);
}

const Document* wire_of_member(const Document* wire, std::size_t member) {
    if (wire == nullptr || member >= wire->members().size()) return nullptr;
    std::vector<const Document::Member*> members;
    for (const Document::Member& one : wire->members()) members.push_back(&one);
    std::sort(members.begin(), members.end(), [](const Document::Member* a, const Document::Member* b) {
        return std::pair(a->name.size(), ByteView(a->name)) < std::pair(b->name.size(), ByteView(b->name));
    });
    return more_of(members[member]->value);
}

bool requires_field(const Document& wire, std::string_view field) {
    const std::vector<Place> places = places_of(wire);
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.required && place.name == field; });
}

bool keeps_place(const Document& wire, std::string_view field) {
    const std::vector<Place> places = places_of(wire);
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.deprecated && place.name == field; });
}

}  // namespace cambium::detail
