#include "typed/comparison.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/readable.hpp"
#include "typed/enumerators.hpp"
#include "typed/places.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"
#include "typed/type_change.hpp"
#include "typed/type_text.hpp"
#include "typed/varying_defaults.hpp"
#include "typed/wire_change.hpp"

namespace cambium::detail {
namespace {

std::string quoted(std::string_view text) {
    std::string result;
    append_text(result, text);
    return result;
}

std::string joined(const std::vector<std::string>& columns) {
    std::string text;
    for (const std::string& column : columns) {
        if (!text.empty()) text += ", ";
        text += column;
    }
    return text;
}

std::string fields_text(const std::vector<CatalogField>& fields) {
    std::string text;
    for (const CatalogField& field : fields) {
        if (!text.empty()) text += ", ";
        text += field.name + ": " + field.type;
    }
    return text;
}

constexpr const char* kNeedsMigration = "; a Migration may say how (cambium/evolution.hpp)";

std::string key_shape(const CatalogTable& table) {
    if (table.key_types.empty()) return "(" + joined(table.key) + ")";
    return "outside the record, of type (" + joined(table.key_types) + ")";
}

template <class Items>
auto find_named(Items& items, std::string_view name) {
    return std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
}

/// What records without these members read, by place; nothing where nobody knows.
std::vector<CatalogLateMember> defaults_at(const TableDescription& table, const std::set<std::string>& places) {
    std::vector<CatalogLateMember> members;
    for (const std::string& place : places) members.push_back({place, {}});
    const EvolutionDescription& evolution = *table.evolution;
    if (evolution.shape == nullptr) return members;
    const bool has_fields = evolution.shape().kind == codec::Kind::record;
    const std::string where(has_fields ? std::string_view() : table.fields.front().name);
    const ScratchRecord record(table);
    each_default(evolution.shape(), record.get(), where,
                 [&](const std::string& place, const codec::Shape& shape, const void* value) {
                     for (CatalogLateMember& member : members) {
                         if (member.place != place) continue;
                         std::string bytes;
                         try {
                             codec::encode_cbor(shape, value, bytes, codec::FieldKeys::names);
                         } catch (const Error&) {
                             continue;  // a text that is not UTF-8: nor could such a record be stored
                         }
                         member.value.assign(bytes.begin(), bytes.end());
                     }
                 });
    return members;
}

bool same_reference(const CatalogForeignKey& a, const CatalogForeignKey& b) {
    return a.target == b.target && a.columns == b.columns;
}

/// Compares one declaration with what is stored.
class TableComparison {
public:
    TableComparison(TablePlan& plan, const CatalogTable& stored, std::vector<std::string>& differences)
        : plan_(plan), declared_(plan.entry), stored_(stored), differences_(differences) {}

    void run() {
        declared_.id = stored_.id;
        declared_.version = stored_.version;
        declared_.next_index_id = stored_.next_index_id;
        check_former_names();
        compare_codec_and_key();
        compare_fields();
        compare_defaults();
        compare_indexes();
        compare_expiry();
        compare_rules();
        compare_extras();
        declared_.referrers = stored_.referrers;
        // Defaults that no record reads are no reason to write.
        CatalogTable known = stored_;
        if (new_defaults_.empty()) known.defaults = declared_.defaults;
        if (stored_.enums.empty()) known.enums = declared_.enums;
        plan_.changed = declared_ != known || !plan_.new_indexes.empty() || !plan_.stored_name.empty();
        plan_.completes = !plan_.changed && ((stored_.defaults.empty() && !declared_.defaults.empty()) ||
                                             (stored_.enums.empty() && !declared_.enums.empty()));
    }

private:
    void differs(const std::string& what) { differences_.push_back(table_text(*plan_.description) + ": " + what); }

    void changes(const std::string& what) { plan_.changes.push_back(table_text(*plan_.description) + ": " + what); }

    [[nodiscard]] const EvolutionDescription& evolution() const { return *plan_.description->evolution; }

    /// The name that a stored field has in the declaration.
    [[nodiscard]] std::string_view name_now(std::string_view stored) const {
        if (find_named(declared_.fields, stored) != declared_.fields.end()) return stored;
        for (const RenamedDescription& renamed : evolution().renamed)
            if (renamed.from == stored) return renamed.to;
        return stored;
    }

    // A field that is there is the one that was stored under its name, so it is not another one's former name.
    void check_former_names() {
        const auto check = [this](std::string_view option, std::string_view name) {
            if (find_named(declared_.fields, name) == declared_.fields.end()) return;
            differs(std::string(option) + "<\"" + std::string(name) + "\"" +
                    (option == "Renamed" ? ", ...>" : ">") +
                    " says that there is no field of that name any more, and one is declared");
        };
        for (const RenamedDescription& renamed : evolution().renamed) check("Renamed", renamed.from);
        for (const std::string_view dropped : evolution().dropped) check("Dropped", dropped);
    }

    void compare_codec_and_key() {
        if (declared_.codec != stored_.codec) {
            differs("the codec was " + stored_.codec + ", is declared " + declared_.codec + kNeedsMigration);
        }
        std::vector<std::string> key;
        for (const std::string& column : stored_.key) key.emplace_back(name_now(column));
        if (declared_.key != key || declared_.key_types != stored_.key_types) {
            differs("the primary key was " + key_shape(stored_) + ", is declared " + key_shape(declared_) +
                    kNeedsMigration);
        }
    }

    /// The place that a stored one is in the declaration.
    [[nodiscard]] std::string place_now(const std::string& stored) const {
        const std::string_view field = field_of_place(stored);
        return std::string(name_now(field)) + stored.substr(field.size());
    }

    void compare_fields() {
        form_ = form_of(declared_.codec);
        if (form_ == FieldForm::positional) {
            if (!stored_.defaults.empty()) stored_wire_ = Document::from_cbor(view_of(stored_.defaults));
            if (!declared_.defaults.empty()) declared_wire_ = Document::from_cbor(view_of(declared_.defaults));
        }
        compare_enumerations();
        if (form_ == FieldForm::layout) return compare_layout();
        for (std::size_t i = 0; i < stored_.fields.size(); ++i) compare_field(i, stored_.fields[i]);
        compare_varying();
        for (CatalogField& field : declared_.fields) {
            field.later = field.later && !plan_.rewrites && !plan_.rekeyed;
            if (was_stored(field.name)) continue;
            field.later = !plan_.rewrites && !plan_.rekeyed;
            compare_regained(field);
            changes("field " + quoted(field.name) + " (" + field.type + ") is new");
        }
        place_kept_fields();
    }

    [[nodiscard]] static bool holds_unknown(const CatalogField& field) { return field.type == "unknown_fields"; }

    /// Records may have fields that are not declared here.
    [[nodiscard]] bool keeps_unknown() const {
        return form_ == FieldForm::named &&
               std::any_of(declared_.fields.begin(), declared_.fields.end(), holds_unknown);
    }

    // In the order in which they are stored: programs that know different fields then agree on the catalog.
    void place_kept_fields() {
        if (kept_.empty()) return;
        std::vector<CatalogField> fields;
        for (const CatalogField& stored : stored_.fields) {
            const auto declared = find_named(declared_.fields, name_now(stored.name));
            if (declared != declared_.fields.end()) {
                fields.push_back(*declared);
            } else if (const auto kept = find_named(kept_, stored.name); kept != kept_.end()) {
                fields.push_back(*kept);
            }
        }
        for (const CatalogField& declared : declared_.fields)
            if (find_named(fields, declared.name) == fields.end()) fields.push_back(declared);
        declared_.fields = std::move(fields);
        for (const CatalogEnum& stored : stored_.enums) {
            const bool is_known = find_enum(declared_.enums, stored.place) != nullptr;
            if (!is_known && find_named(kept_, field_of_place(stored.place)) != kept_.end())
                declared_.enums.push_back(stored);
        }
    }

    // What a record reads that was stored before the field would never be the same: each gets a value for good.
    void compare_varying() {
        // FlatBuffers declares its defaults.
        const bool has_members = form_ == FieldForm::named || form_ == FieldForm::numbered;
        if (!has_members || plan_.description->create_record == nullptr) return;
        std::optional<VaryingDefaults> varying;
        for (const CatalogField& field : declared_.fields) {
            const auto is_same = [&](const CatalogField& stored) {
                return name_now(stored.name) == field.name && stored.type == field.type && !stored.later;
            };
            if (std::any_of(stored_.fields.begin(), stored_.fields.end(), is_same)) continue;
            if (!varying) varying.emplace(*plan_.description);
            if (varying->has(field.name)) rewrite_for(field.name);
        }
        if (form_ == FieldForm::named) compare_varying_late_members();
    }

    // The same of fields of structs inside a record.
    void compare_varying_late_members() {
        const std::set<std::string> places = late_places();
        if (places.empty()) return;
        const std::vector<CatalogLateMember> first = defaults_at(*plan_.description, places);
        const std::vector<CatalogLateMember> second = defaults_at(*plan_.description, places);
        for (std::size_t i = 0; i < first.size(); ++i) {
            if (first[i].value.empty() || second[i].value.empty()) continue;
            if (varies(Document::from_cbor(view_of(first[i].value)), Document::from_cbor(view_of(second[i].value))))
                rewrite_for(first[i].place);
        }
    }

    void rewrite_for(const std::string& place) {
        plan_.rewrites = true;
        changes("records are written anew, as the default of field " + quoted(place) +
                " is not always the same: each keeps what it is now");
    }

    /// Places of fields of structs inside a record that some stored records have nothing at.
    [[nodiscard]] std::set<std::string> late_places() const {
        std::vector<std::string> places;
        for (const CatalogLateMember& stored : stored_.late_members) {
            const std::string place = place_now(stored.place);
            if (find_named(declared_.fields, field_of_place(place)) != declared_.fields.end())
                places.push_back(place);
        }
        for (const CatalogField& stored : stored_.fields) {
            const auto declared = find_named(declared_.fields, name_now(stored.name));
            if (declared == declared_.fields.end() || declared->type == stored.type) continue;
            const std::optional<TypeText> before = read_type(stored.type);
            const std::optional<TypeText> now = read_type(declared->type);
            if (before && now) list_new_places(*before, *now, declared->name, places);
        }
        return {places.begin(), places.end()};
    }

    // Keys and indexes have the numbers of enumerators. Where records have their names, other numbers mean another
    // key, and other entries of every index that may depend on the field.
    void compare_enumerations() {
        // Who describes a table at run time knows of no names.
        const bool unknown = declared_.enums.empty();
        for (const CatalogEnum& stored : stored_.enums) {
            const std::string place = place_now(stored.place);
            const std::string field(field_of_place(place));
            const CatalogEnum* const declared = find_enum(declared_.enums, place);
            if (unknown &&
                (is_of_outside_key(place) || find_named(declared_.fields, field) != declared_.fields.end()))
                declared_.enums.push_back({place, stored.names});
            if (declared == nullptr) continue;
            if (place.starts_with("(index ")) {
                // Derived data is built anew.
                const EnumChange change = compare_enums(stored, *declared, codec::Enumerators::by_name);
                if (change.renumbered || !change.refused.empty()) renumbered_.push_back(field);
                continue;
            }
            compare_enumeration(stored, *declared, field);
        }
    }

    void compare_enumeration(const CatalogEnum& stored, const CatalogEnum& declared, const std::string& field) {
        const bool is_key = is_of_outside_key(declared.place);
        const codec::Enumerators how = stored_at(declared.place, plan_.description->enumerators);
        const std::string where = is_key ? "the primary key " + declared.place : "field " + quoted(declared.place);
        const EnumChange change = compare_enums(stored, declared, how);
        for (const std::string& what : change.refused) {
            differs(where + ": " + what + ", and " + (is_key ? "keys" : "records of codec " + declared_.codec) +
                    " hold " + what_is_held(how) +
                    "; declare it as it was, or let cambium::EnumNames keep its name" + kNeedsMigration);
        }
        for (const std::string& what : change.told) changes(where + ": " + what);
        if (!change.renumbered || how != codec::Enumerators::by_name) return;
        renumbered_.push_back(field);
        changes(where + ": enumerators have other numbers");
        const bool in_key = std::find(declared_.key.begin(), declared_.key.end(), field) != declared_.key.end();
        plan_.rekeyed = plan_.rekeyed || in_key;
    }

    static const char* what_is_held(codec::Enumerators how) {
        switch (how) {
            case codec::Enumerators::by_name:
                return "names";
            case codec::Enumerators::by_number:
                return "numbers";
            case codec::Enumerators::unsaid:
                break;
        }
        return "names or numbers, which it does not say (names_enumerators, see cambium/codec/codec.hpp)";
    }

    // Buffers that were stored before it was deprecated have it.
    void compare_regained(const CatalogField& field) {
        const auto old = Wire(stored_wire_).deprecated(field.name);
        if (!old) return;
        const Wire now = Wire(declared_wire_).field(field.name);
        const auto found = buffer_type_changes(old->type, field.type, {old->wire, now});
        if (!are_read(found)) refuse_field(field.name, found, " before it was deprecated");
    }

    /// False when the same record was found to change like this at another field: that is told once.
    [[nodiscard]] bool is_news(const TypeChange& change) {
        return change.record.empty() || told_changes_.insert(change.record).second;
    }

    void refuse_field(const std::string& field, const std::vector<TypeChange>& found, const std::string& when) {
        refused_fields_.push_back(field);
        for (const TypeChange& change : found) {
            if (change.is_read || !is_news(change)) continue;
            const auto [was, is] = told_apart(change.was, change.is);
            const bool is_of_text = form_ == FieldForm::named && reads_as(change.was, change.is, form_);
            differs("field " + quoted(field + change.path) + " was " + was + when + ", is declared " + is +
                    (is_of_text ? ", and the digits that codec " + declared_.codec +
                                      " stores of the one are another number of the other"
                                : "") +
                    kNeedsMigration);
        }
    }

    [[nodiscard]] bool was_stored(std::string_view declared) const {
        return std::any_of(stored_.fields.begin(), stored_.fields.end(),
                           [&](const CatalogField& field) { return name_now(field.name) == declared; });
    }

    void compare_field(std::size_t position, const CatalogField& field) {
        const std::string_view now = name_now(field.name);
        const auto declared = find_named(declared_.fields, now);
        if (declared == declared_.fields.end()) return compare_lost(field);
        const auto place = static_cast<std::size_t>(declared - declared_.fields.begin());
        const auto end = stored_.fields.begin() + static_cast<std::ptrdiff_t>(position);
        const auto other = std::find_if(stored_.fields.begin(), end,
                                        [&](const CatalogField& earlier) { return name_now(earlier.name) == now; });
        if (other != end)
            return differs("fields " + quoted(other->name) + " and " + quoted(field.name) +
                           " of the file would both become " + quoted(now) +
                           "; Dropped in place of one Renamed says whose content may be lost" + kNeedsMigration);
        declared->later = field.later;
        const bool places_are_told = buffers_tell_places();
        if (form_ != FieldForm::named && place != position && !places_are_told) {
            return differs("field " + quoted(field.name) + " was number " + std::to_string(position + 1) +
                           " of the record, is declared number " + std::to_string(place + 1) + "; with codec " +
                           declared_.codec + " fields keep their places and new ones go at the end");
        }
        if (now != field.name) {
            changes("field " + quoted(field.name) + " is renamed " + quoted(now));
            plan_.rewrites = plan_.rewrites || form_ == FieldForm::named;
        }
        if (declared->type == field.type || has_other_struct(field.name, now)) return;
        const std::vector<TypeChange> found = type_changes_of(field, *declared);
        if (!are_read(found)) return refuse_field(std::string(now), found, "");
        for (const TypeChange& change : found) {
            if (!is_news(change)) continue;
            const auto [was, is] = told_apart(change.was, change.is);
            changes("field " + quoted(std::string(now) + change.path) + " becomes " + is + ", was " + was);
        }
        const bool in_key = std::find(declared_.key.begin(), declared_.key.end(), now) != declared_.key.end();
        plan_.rekeyed = plan_.rekeyed || in_key;
    }

    [[nodiscard]] bool buffers_tell_places() const {
        return Wire(stored_wire_).tells_places() && Wire(declared_wire_).tells_places();
    }

    [[nodiscard]] std::vector<TypeChange> type_changes_of(const CatalogField& stored,
                                                          const CatalogField& declared) const {
        if (form_ != FieldForm::positional)
            return type_changes(stored.type, declared.type, form_, has_text_numbers(declared_.codec));
        const Wire before(stored_wire_);
        return buffer_type_changes(stored.type, declared.type,
                                   {before.field(stored.name), Wire(declared_wire_).field(declared.name),
                                    before.requires_field(stored.name)});
    }

    /// What compare_wire() has a sentence for.
    [[nodiscard]] bool has_other_struct(const std::string& stored, std::string_view declared) const {
        const Wire before = Wire(stored_wire_).field(stored);
        const Wire now = Wire(declared_wire_).field(declared);
        return buffers_tell_places() && before.is_struct() && now.is_struct() && *before.said() != *now.said();
    }

    void compare_lost(const CatalogField& field) {
        const auto& dropped = evolution().dropped;
        const std::string what = "field " + quoted(field.name) + " (" + field.type + ")";
        if (Wire(declared_wire_).keeps_place(field.name))
            return changes(what + " is deprecated: records keep it until they are written again");
        const bool is_dropped = std::find(dropped.begin(), dropped.end(), field.name) != dropped.end();
        if (form_ == FieldForm::named && holds_unknown(field)) {
            // What another program calls the fields that it does not know.
            if (!keeps_unknown()) kept_.push_back(field);
        } else if (!is_dropped && keeps_unknown()) {
            changes(what + " is kept: records have it among their unknown fields");
            kept_.push_back(field);
            kept_.back().later = true;  // records that are stored here may be without it
        } else if (!is_dropped) {
            differs(what + " is no longer declared; " + how_to_lose(field.name));
        } else if (form_ != FieldForm::named) {
            differs(what + " cannot be dropped with codec " + declared_.codec +
                    ", which finds fields by their places" + kNeedsMigration);
        } else {
            changes(what + " is dropped");
            plan_.rewrites = true;
        }
    }

    [[nodiscard]] std::string how_to_lose(const std::string& field) const {
        const std::string renamed = "Renamed<\"" + field + "\", &Record::member> says where it went";
        if (form_ == FieldForm::named)
            return renamed + ", Dropped<\"" + field +
                   "\"> that its content may be lost; in a schema cambium_renamed_from and cambium_dropped do";
        if (form_ == FieldForm::positional)
            return renamed + ", in a schema cambium_renamed_from: \"" + field +
                   "\"; a field of a schema that is no longer wanted becomes (deprecated)";
        return renamed + kNeedsMigration;
    }

    // The bytes are those of the record in memory, or nobody knows what they are.
    void compare_layout() {
        bool same = stored_.fields.size() == declared_.fields.size();
        for (std::size_t i = 0; same && i < stored_.fields.size(); ++i) {
            same = name_now(stored_.fields[i].name) == declared_.fields[i].name &&
                   stored_.fields[i].type == declared_.fields[i].type;
        }
        if (same) {
            for (const CatalogField& field : stored_.fields)
                if (name_now(field.name) != field.name)
                    changes("field " + quoted(field.name) + " is renamed " + quoted(name_now(field.name)));
            return;
        }
        differs("the record was {" + fields_text(stored_.fields) + "}, is declared {" +
                fields_text(declared_.fields) + "}, and codec " + declared_.codec +
                " reads records only as they were written" + kNeedsMigration);
    }

    // Records that were stored before a field was added read its default: whatever was worked out from that one
    // holds no more when it changes. FlatBuffers leaves every number out that equals its default, so there another
    // default would be another value in any record.
    void compare_defaults() {
        if (declared_.defaults.empty()) declared_.defaults = stored_.defaults;
        if (form_ == FieldForm::positional) return compare_wire();
        if (form_ == FieldForm::named) compare_late_members();
        if (stored_.defaults.empty() || declared_.defaults == stored_.defaults) return;
        const Document before = Document::from_cbor(view_of(stored_.defaults));
        const Document now = Document::from_cbor(view_of(declared_.defaults));
        for (const CatalogField& field : stored_.fields) {
            const std::string_view name = name_now(field.name);
            const Document* const a = before.find(field.name);
            const Document* const b = now.find(name);
            if (!field.later || a == nullptr || b == nullptr || *a == *b) continue;
            new_defaults_.emplace_back(name);
            changes("the default of field " + quoted(name) +
                    " changes, also for records that were stored before there was the field");
        }
    }

    // The same of fields of structs inside a record.
    void compare_late_members() {
        const std::set<std::string> places = late_places();
        if (places.empty()) return;
        declared_.late_members = defaults_at(*plan_.description, places);
        for (const CatalogLateMember& stored : stored_.late_members) {
            const std::string place = place_now(stored.place);
            const auto declared = std::find_if(declared_.late_members.begin(), declared_.late_members.end(),
                                               [&](const CatalogLateMember& one) { return one.place == place; });
            if (declared == declared_.late_members.end()) continue;
            if (declared->value.empty()) declared->value = stored.value;
            if (stored.value.empty() || stored.value == declared->value) continue;
            new_defaults_.emplace_back(field_of_place(place));
            changes("the default of field " + quoted(place) +
                    " changes, also for records that were stored before there was the field");
        }
        if (plan_.rewrites || plan_.rekeyed) declared_.late_members.clear();
    }

    // Under the names that the fields have now: the places tell them apart, and the types were compared.
    void compare_wire() {
        if (!buffers_tell_places()) return;
        Document before = Document::object();
        Document now = Document::object();
        // Of a field whose type does not fit there is enough said.
        const auto is_refused = [&](std::string_view field) {
            return std::find(refused_fields_.begin(), refused_fields_.end(), field) != refused_fields_.end();
        };
        const auto add = [&](Document& to, std::string_view name, const Document& value) {
            if (!is_refused(name.substr(name.starts_with('-') ? 1 : 0))) to[name] = value;
        };
        for (const Document::Member& member : stored_wire_.members())
            add(before, name_now(member.name), member.value);
        for (const Document::Member& member : declared_wire_.members()) add(now, member.name, member.value);
        for (Document& field : before["#fields"].elements()) {
            std::string text(field.as_text());
            const std::size_t mark = text.starts_with('-') || text.starts_with('!') ? 1 : 0;
            field = text.substr(0, mark) + std::string(name_now(std::string_view(text).substr(mark)));
        }
        for (Document& field : now["#fields"].elements()) {
            const std::string name(field.as_text());
            if (name.starts_with('!') && is_refused(name.substr(1))) field = name.substr(1);
        }
        for (const std::string& sentence : wire_differences(before, now)) differs(sentence + kNeedsMigration);
    }

    static ByteView view_of(const std::vector<std::uint8_t>& bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    /// Whether records that are stored have another value of some field than they had.
    [[nodiscard]] bool some_read_otherwise() const { return !new_defaults_.empty() || !renumbered_.empty(); }

    [[nodiscard]] bool reads_otherwise(const std::string& field) const {
        const auto has = [&](const std::vector<std::string>& fields) {
            return std::find(fields.begin(), fields.end(), field) != fields.end();
        };
        return has(new_defaults_) || has(renumbered_);
    }

    [[nodiscard]] bool depends_on_new_value(const CatalogIndex& index) const {
        if (!some_read_otherwise()) return false;
        const auto depends = [this](const CatalogColumn& column) {
            return column.derived || reads_otherwise(column.name);
        };
        return !index.predicate.empty() || std::any_of(index.key.begin(), index.key.end(), depends) ||
               std::any_of(index.covered.begin(), index.covered.end(), depends);
    }

    void compare_indexes() {
        for (std::size_t i = 0; i < declared_.indexes.size(); ++i) {
            CatalogIndex& declared = declared_.indexes[i];
            const auto stored = find_named(stored_.indexes, declared.name);
            if (stored == stored_.indexes.end()) {
                plan_.new_indexes.push_back(i);
                continue;
            }
            declared.id = stored->id;
            if (declared == *stored && !plan_.rekeyed && !depends_on_new_value(declared)) continue;
            // An index is derived data: another one of the same name is built in its place.
            plan_.new_indexes.push_back(i);
            plan_.old_indexes.push_back(*stored);
        }
        for (const CatalogIndex& stored : stored_.indexes) {
            if (find_named(declared_.indexes, stored.name) == declared_.indexes.end()) {
                plan_.old_indexes.push_back(stored);
            }
        }
        for (const std::size_t i : plan_.new_indexes) tell_new_index(declared_.indexes[i]);
        for (const CatalogIndex& stored : stored_.indexes) {
            if (find_named(declared_.indexes, stored.name) == declared_.indexes.end()) tell_lost_index(stored);
        }
    }

    void tell_new_index(const CatalogIndex& index) {
        if (index.name == kExpiryIndex)
            changes("records end at field " + quoted(index.key.front().name) + no_longer_at(index) +
                    "; those whose time is past are gone");
        else
            changes("index " + quoted(index.name) + " is built" +
                    (index.kind == "unique" ? "; opening refuses if two records agree in it" : ""));
    }

    [[nodiscard]] std::string no_longer_at(const CatalogIndex& expiry) const {
        const auto stored = find_named(stored_.indexes, kExpiryIndex);
        if (stored == stored_.indexes.end()) return {};
        const std::string_view before = name_now(stored->key.front().name);
        return before == expiry.key.front().name ? "" : ", no longer at field " + quoted(before);
    }

    // A declaration says that the times in a field end records. In records that were stored before there was the
    // field nobody has put a time: its default ends all of them, or none. One that has become past while the table
    // was declared so has ended them as it should.
    void compare_expiry() {
        const auto expiry = find_named(declared_.indexes, kExpiryIndex);
        if (expiry == declared_.indexes.end()) return;
        const std::string& field = expiry->key.front().name;
        const auto before = std::find_if(stored_.fields.begin(), stored_.fields.end(),
                                         [&](const CatalogField& one) { return name_now(one.name) == field; });
        const bool is_new = before == stored_.fields.end();
        if (!is_new && !before->later) return;
        const auto stored = find_named(stored_.indexes, kExpiryIndex);
        const bool ended_before = stored != stored_.indexes.end() && name_now(stored->key.front().name) == field;
        if (!is_new && ended_before && !reads_otherwise(field)) return;
        const std::optional<std::int64_t> end = default_time(field);
        if (!end || *end > now().time_since_epoch().count()) return;
        differs(
            "records that were stored without field " + quoted(field) +
            " would end, as they read its default, which is past; make the field optional, or give it a default "
            "in the future" +
            kNeedsMigration);
    }

    /// The default of the field at which records end, in nanoseconds since 1970; nothing where it is null. What
    /// nobody has said is zero.
    [[nodiscard]] std::optional<std::int64_t> default_time(const std::string& field) const {
        const bool is_optional = find_named(declared_.fields, field)->type.starts_with("optional<");
        const Document defaults = form_ == FieldForm::named && !declared_.defaults.empty()
                                      ? Document::from_cbor(view_of(declared_.defaults))
                                      : Document();
        const Document* const said = form_ == FieldForm::positional ? Wire(declared_wire_).field(field).said()
                                                                    : std::as_const(defaults).find(field);
        if (said != nullptr && said->is_integer()) return said->as_int64();
        if (const TableDescription& table = *plan_.description;
            form_ == FieldForm::numbered && table.create_record != nullptr) {
            const std::int64_t time = table.extras->expiry.time(ScratchRecord(table).get());
            return time == ExpiryDescription::kNever ? std::nullopt : std::optional(time);
        }
        return is_optional ? std::nullopt : std::optional<std::int64_t>(0);
    }

    void tell_lost_index(const CatalogIndex& index) {
        if (index.name == kExpiryIndex)
            changes("records stay; field " + quoted(index.key.front().name) + " ended them");
        else
            changes("index " + quoted(index.name) + " is dropped");
    }

    // Rules may come and go. A new one is verified on the records that there are; who refers to what is the only
    // part of a foreign key that the records depend on.
    void compare_rules() {
        for (std::size_t i = 0; i < declared_.rules.size(); ++i) {
            const auto& stored = stored_.rules;
            const bool depends = some_read_otherwise() &&
                                 (declared_.rules[i].kind == "check" || reads_otherwise(declared_.rules[i].name));
            if (depends || std::find(stored.begin(), stored.end(), declared_.rules[i]) == stored.end()) add_rule(i);
        }
        for (const CatalogRule& stored : stored_.rules) {
            const auto& declared = declared_.rules;
            const bool stays = std::any_of(declared.begin(), declared.end(), [&](const CatalogRule& rule) {
                return rule.name == stored.name && rule.kind == stored.kind;
            });
            if (!stays) changes(rule_text(stored) + " is dropped");
        }
        for (std::size_t i = 0; i < declared_.foreign_keys.size(); ++i) {
            const CatalogForeignKey& declared = declared_.foreign_keys[i];
            const auto stored = find_named(stored_.foreign_keys, declared.name);
            const bool depends = std::any_of(declared.columns.begin(), declared.columns.end(),
                                             [this](const std::string& column) { return reads_otherwise(column); });
            if (depends || stored == stored_.foreign_keys.end() || !same_reference(*stored, declared)) {
                plan_.new_foreign_keys.push_back(i);
                // One in doubt has no columns.
                if (stored != stored_.foreign_keys.end() && stored->target == declared.target &&
                    (stored->columns.empty() || stored->columns == declared.columns))
                    plan_.known_foreign_keys.push_back(i);
                changes(foreign_key_text(declared) + " is verified on every record");
            } else if (*stored != declared) {
                changes(foreign_key_text(declared) + " is " + action_text(declared) + ", was " +
                        action_text(*stored));
            }
        }
        for (const CatalogForeignKey& stored : stored_.foreign_keys) {
            const auto declared = find_named(declared_.foreign_keys, stored.name);
            if (declared == declared_.foreign_keys.end() || !same_reference(stored, *declared)) {
                plan_.old_foreign_keys.push_back(stored);
                if (declared == declared_.foreign_keys.end()) changes(foreign_key_text(stored) + " is dropped");
            }
        }
    }

    void add_rule(std::size_t position) {
        plan_.new_rules.push_back(position);
        changes(rule_text(declared_.rules[position]) + " is verified on every record");
    }

    static std::string rule_text(const CatalogRule& rule) { return "rule " + rule.kind + " " + quoted(rule.name); }

    static std::string foreign_key_text(const CatalogForeignKey& key) {
        return "foreign key " + quoted(key.name) + " to table " + quoted(key.target);
    }

    static std::string action_text(const CatalogForeignKey& key) {
        return key.on_erase + (key.deferred ? ", deferred" : "");
    }

    // What later writes do.
    void compare_extras() {
        const auto or_none = [](const std::string& name) { return name.empty() ? "none" : name; };
        if (declared_.generator != stored_.generator) {
            changes("the generator of keys becomes " + or_none(declared_.generator) + ", was " +
                    or_none(stored_.generator));
        }
        if (declared_.keeps_log != stored_.keeps_log)
            changes(declared_.keeps_log ? "changes are logged" : "changes are no longer logged");
        if (declared_.row_version != stored_.row_version) {
            changes("the row version becomes field " + or_none(declared_.row_version) + ", was " +
                    or_none(stored_.row_version));
        }
    }

    TablePlan& plan_;
    CatalogTable& declared_;
    const CatalogTable& stored_;
    std::vector<std::string>& differences_;
    FieldForm form_ = FieldForm::layout;
    Document stored_wire_;  ///< with codec flatbuffers
    Document declared_wire_;
    std::vector<std::string> refused_fields_;  ///< by their names now
    std::set<std::string> told_changes_;       ///< of records
    std::vector<CatalogField> kept_;           ///< stored, not declared, and none the worse for it
    std::vector<std::string> new_defaults_;    ///< fields, by their names now
    std::vector<std::string> renumbered_;      ///< the same, of enumerators
};

/// Spells every type as older versions of Cambium did, to which a Descending was a record like others. Answers with
/// the names that were there.
std::vector<std::string> spell_as_records(CatalogTable& table) {
    std::vector<std::string> names;
    each_type(table, [&](std::string& type) {
        names.push_back(type);
        type = as_records(type);
    });
    return names;
}

}  // namespace

void compare_table(TablePlan& plan, const CatalogTable& stored, std::vector<std::string>& differences) {
    CatalogTable known = stored;
    const std::vector<std::string> spelled = spell_as_records(known);
    const std::vector<CatalogField> fields = plan.entry.fields;
    std::vector<std::string> declared = spell_as_records(plan.entry);
    TableComparison(plan, known, differences).run();
    // Fields may be among them by now that are stored, and not declared.
    declared.erase(declared.begin(), declared.begin() + static_cast<std::ptrdiff_t>(fields.size()));
    std::vector<std::string> types;
    for (const CatalogField& field : plan.entry.fields) {
        const auto found = find_named(fields, field.name);
        types.push_back(found != fields.end() ? found->type : find_named(stored.fields, field.name)->type);
    }
    declared.insert(declared.begin(), types.begin(), types.end());
    each_type(plan.entry, [next = declared.begin()](std::string& type) mutable { type = *next++; });
    plan.completes = plan.completes || (!plan.changed && spelled != declared);
}

std::string why_not_read(const CatalogTable& stored, const std::vector<CatalogField>& fields,
                         const std::vector<CatalogEnum>& enums, std::string_view codec,
                         codec::Enumerators enumerators) {
    const auto same = [](const CatalogField& a, const CatalogField& b) {
        return a.name == b.name && reads_as(a.type, b.type, FieldForm::layout);
    };
    if (stored.codec != codec) return "its codec is " + stored.codec + ", not " + std::string(codec);
    const FieldForm form = form_of(codec);
    if (form == FieldForm::layout &&
        !std::equal(stored.fields.begin(), stored.fields.end(), fields.begin(), fields.end(), same))
        return "it has {" + fields_text(stored.fields) + "}, not {" + fields_text(fields) + "}";
    for (std::size_t i = 0; i < stored.fields.size(); ++i) {
        const CatalogField& field = stored.fields[i];
        const auto read = find_named(fields, field.name);
        if (read == fields.end()) {
            // What is stored by name may be left out by who does not need it.
            if (form == FieldForm::named) continue;
            return "it has a field " + quoted(field.name) + " in place " + std::to_string(i + 1);
        }
        if (form != FieldForm::named && read - fields.begin() != static_cast<std::ptrdiff_t>(i))
            return "its field " + quoted(field.name) + " is in place " + std::to_string(i + 1);
        if (!reads_as(field.type, read->type, form, has_text_numbers(codec)))
            return "its field " + quoted(field.name) + " is " + field.type + ", not " + read->type;
    }
    for (const CatalogEnum& one : stored.enums) {
        const CatalogEnum* const read = find_enum(enums, one.place);
        if (read == nullptr) continue;
        const EnumChange change = compare_enums(one, *read, stored_at(one.place, enumerators));
        if (!change.refused.empty()) return "in field " + quoted(one.place) + " " + change.refused.front();
    }
    return {};
}

}  // namespace cambium::detail
