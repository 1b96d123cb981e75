// A record is an object: "#fields" lists the names by their places ("" for the type of a union, "-name" deprecated,
// "!name" required); a member says more of a field: a number that is its default, "type name" of another
// record or a union. "-name" is [type] or [type, what is to be said of it] of a deprecated field. "#types" of the
// outermost record holds by name what is referred to: such an object of a table, "struct{...}" of a struct, of a
// union by type number [name] or [name, what is to be said of it].
#include "typed/wire_change.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace cambium::detail {

namespace {

constexpr std::string_view kFields = "#fields";
constexpr std::string_view kTypes = "#types";
constexpr std::string_view kReference = "type ";

struct Place {
    std::string_view name;  ///< empty: the type of a union
    bool deprecated = false;
    bool required = false;
};

std::vector<Place> places_of(const Document* wire) {
    std::vector<Place> places;
    const Document* const fields = wire == nullptr ? nullptr : wire->find(kFields);
    if (fields == nullptr) return places;
    for (const Document& field : fields->elements()) {
        Place& place = places.emplace_back();
        place.name = field.is_text() ? field.as_text() : std::string_view{};
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
    WireComparison(const Document& before, const Document& now) {
        add(Wire(before), Wire(now), kNoStep);
        // Not by recursion: a chain of records may be as long as there are records.
        for (std::size_t i = 0; i < pairs_.size(); ++i) compare_records(i);
    }

    std::vector<std::string> sentences;

private:
    static constexpr std::size_t kNoStep = static_cast<std::size_t>(-1);

    /// Tables that stand for each other, and where.
    struct Pair {
        Wire before;
        Wire now;
        std::size_t step;
    };
    /// From a table of a pair to what it holds: the last part of a path.
    struct Step {
        std::size_t before;
        std::string name;
    };

    [[nodiscard]] std::string path_of(std::size_t step) const {
        std::vector<std::string_view> names;
        for (; step != kNoStep; step = steps_[step].before) names.push_back(steps_[step].name);
        std::string path;
        for (auto name = names.rbegin(); name != names.rend(); ++name)
            path.append(path.empty() ? "" : ".").append(*name);
        return path;
    }

    [[nodiscard]] std::size_t step_to(std::size_t before, std::string_view name) {
        steps_.push_back({before, std::string(name)});
        return steps_.size() - 1;
    }

    void add(const Wire& before, const Wire& now, std::size_t step) { pairs_.push_back({before, now, step}); }

    void tell(std::size_t step, const std::string& what) {
        sentences.push_back("field \"" + path_of(step) + "\" " + what);
    }

    void compare_records(std::size_t position) {
        const Pair pair = pairs_[position];
        const std::vector<Place> old_places = places_of(pair.before.said());
        const std::vector<Place> places = places_of(pair.now.said());
        for (std::size_t i = 0; i < places.size(); ++i) {
            const Place& place = places[i];
            if (place.name.empty() || place.deprecated) continue;
            const std::size_t step = step_to(pair.step, place.name);
            if (i >= old_places.size()) {
                if (place.required) tell(step, "is new and required, and no stored record has it");
                continue;
            }
            const Place& old = old_places[i];
            if (old.name != place.name) {
                const std::string taken =
                    old.name.empty() ? "a union" : "field \"" + path_of(step_to(pair.step, old.name)) + "\"";
                tell(step, "takes the place of " + taken);
                continue;
            }
            if (place.required && !old.required) tell(step, "is required now, and a stored record may lack it");
            if (!old.deprecated)
                compare(pair.before.field(place.name), pair.now.field(place.name), step);
            else if (const auto field = pair.before.deprecated(place.name))
                compare(field->wire, pair.now.field(place.name), step);
        }
    }

    void compare(const Wire& before, const Wire& now, std::size_t step) {
        const auto is_object = [](const Wire& wire) { return wire.said() != nullptr && wire.said()->is_object(); };
        const auto is_type = [&](const Wire& wire) { return is_object(wire) || wire.is_struct(); };
        if (is_type(before) && is_type(now) && !compared_.emplace(before.said(), now.said()).second) return;
        if (before.is_struct() || now.is_struct()) {
            const auto layout = [](const Wire& wire) {
                return wire.is_struct() ? std::string(wire.said()->as_text()) : std::string("no struct");
            };
            if (layout(before) != layout(now))
                tell(step, "was " + layout(before) + ", is declared " + layout(now) +
                               "; a FlatBuffers struct never changes");
            return;
        }
        if (before.tells_places() && now.tells_places()) return add(before, now, step);
        if (is_object(before) && is_object(now)) return compare_unions(before, now, step);
        compare_defaults(before.said(), now.said(), step);
    }

    void compare_defaults(const Document* before, const Document* now, std::size_t step) {
        const auto text = [](const Document* number, const Document* other) {
            if (number != nullptr) return number->to_json();
            return std::string(other != nullptr && other->type() == Document::Type::boolean ? "false" : "0");
        };
        if (text(before, now) != text(now, before))
            sentences.push_back("the default of field \"" + path_of(step) + "\" was " + text(before, now) +
                                ", is declared " + text(now, before) +
                                ", and FlatBuffers store no number that equals its default");
    }

    // A member may get another name, unless it is the name of another one.
    void compare_unions(const Wire& before, const Wire& now, std::size_t step) {
        for (const Document::Member& old : before.said()->members()) {
            const std::string_view old_name = name_of(old.value);
            const Document* const member = now.said()->find(old.name);
            const std::string number = "type number " + std::string(old.name) + " of its union was ";
            if (member == nullptr) {
                tell(step, number + std::string(old_name) + ", and is not declared");
                continue;
            }
            const std::string_view new_name = name_of(*member);
            const auto& members = now.said()->members();
            const bool moved = old_name != new_name &&
                               std::any_of(members.begin(), members.end(),
                                           [&](const auto& other) { return name_of(other.value) == old_name; });
            if (moved) {
                tell(step, number + std::string(old_name) + ", is declared " + std::string(new_name));
                continue;
            }
            compare(before.of(more_of(old.value)), now.of(more_of(*member)), step_to(step, new_name));
        }
    }

    std::vector<Pair> pairs_;
    std::vector<Step> steps_;
    std::set<std::pair<const Document*, const Document*>> compared_;
};

}  // namespace

Wire Wire::of(const Document* what) const noexcept {
    Wire wire = *this;
    wire.said_ = what;
    if (what == nullptr || !what->is_text() || !what->as_text().starts_with(kReference)) return wire;
    const Document* const types = schema_->find(kTypes);
    wire.said_ = types == nullptr ? nullptr : types->find(what->as_text().substr(kReference.size()));
    return wire;
}

bool Wire::tells_places() const noexcept {
    return said_ != nullptr && said_->find(kFields) != nullptr;
}

bool Wire::is_struct() const noexcept {
    return said_ != nullptr && said_->is_text() && said_->as_text().starts_with("struct");
}

Wire Wire::field(std::string_view name) const noexcept {
    return of(said_ == nullptr ? nullptr : said_->find(name));
}

Wire Wire::member(std::size_t position) const {
    if (said_ == nullptr || position >= said_->members().size()) return of(nullptr);
    std::vector<const Document::Member*> members;
    for (const Document::Member& one : said_->members()) members.push_back(&one);
    std::sort(members.begin(), members.end(), [](const Document::Member* a, const Document::Member* b) {
        return std::pair(a->name.size(), ByteView(a->name)) < std::pair(b->name.size(), ByteView(b->name));
    });
    return of(more_of(members[position]->value));
}

std::optional<Wire::Deprecated> Wire::deprecated(std::string_view field) const {
    const Document* const said = said_ == nullptr ? nullptr : said_->find("-" + std::string(field));
    if (said == nullptr || name_of(*said).empty()) return std::nullopt;
    return Deprecated{name_of(*said), of(more_of(*said))};
}

bool Wire::requires_field(std::string_view field) const {
    const std::vector<Place> places = places_of(said_);
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.required && place.name == field; });
}

bool Wire::keeps_place(std::string_view field) const {
    const std::vector<Place> places = places_of(said_);
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.deprecated && place.name == field; });
}

std::vector<std::string> wire_differences(const Document& before, const Document& now) {
    if (!Wire(before).tells_places() || !Wire(now).tells_places()) return {};
    return WireComparison(before, now).sentences;
}

}  // namespace cambium::detail
