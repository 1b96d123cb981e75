// Random evolutions of schemas: what flatc --conform refuses is refused, and what is said to be compatible reads
// the buffers of before. The library writes them and reads them; what every field was is known.
#include <doctest/doctest.h>
#include <flatbuffers/idl.h>

#include <algorithm>
#include <cambium/codec/document.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "flatc_conform.hpp"
#include "memory_directory.hpp"
#include "random_schema.hpp"
#include "seed.hpp"

namespace cambium::test {

namespace {

namespace fbs = flatbuffers;
using codegen::CheckResult;
using Kind = SchemaDefinition::Kind;

/// One of the two schemas: its files, and what the library makes of them.
class Side {
public:
    Side(std::filesystem::path folder, RandomSchema made) : schema{std::move(made)}, folder_{std::move(folder)} {
        std::filesystem::create_directories(folder_);
        for (std::size_t i = 0; i < RandomSchema::kFiles.size(); ++i)
            std::ofstream{folder_ / RandomSchema::kFiles.at(i)} << schema.text(i);
    }

    [[nodiscard]] std::string file() const { return (folder_ / RandomSchema::kFiles.front()).string(); }
    [[nodiscard]] codegen::SchemaText main() const { return {file(), schema.text(0)}; }

    /// Null when the library does not take the schema.
    [[nodiscard]] std::unique_ptr<fbs::Parser> parser() const {
        fbs::IDLOptions options;
        options.lang_to_generate |= fbs::IDLOptions::kCpp;
        options.strict_json = true;
        options.output_default_scalars_in_json = true;
        options.output_enum_identifiers = false;
        auto result = std::make_unique<fbs::Parser>(options);
        const std::string beside = folder_.string();
        const char* const folders[] = {beside.c_str(), nullptr};
        if (!result->Parse(schema.text(0).c_str(), const_cast<const char**>(folders), file().c_str()))
            return nullptr;
        return result;
    }

    const RandomSchema schema;

private:
    std::filesystem::path folder_;
};

/// Whether a record that was written by one schema is what the other reads.
class Reading {
public:
    Reading(const Side& before, const Side& now)
        : before_{before.schema}, now_{now.schema}, parser_{before.parser()}, parser_now_{now.parser()} {}

    /// What differs, with a record of random values; empty: nothing.
    std::string try_one(const SchemaDefinition& before, const SchemaDefinition& now, Dice& dice) {
        difference_.clear();
        parser_->SetRootType(before.full_name().c_str());
        parser_now_->SetRootType(now.full_name().c_str());
        const std::string json = random_json(before_, now_, before, dice);
        CAPTURE(json);
        if (!parser_->ParseJson(json.c_str())) return {};  // a (required) union of which no member is there later
        ++read_;
        const std::string buffer{reinterpret_cast<const char*>(parser_->builder_.GetBufferPointer()),
                                 parser_->builder_.GetSize()};
        std::string text;
        std::string text_now;
        REQUIRE(fbs::GenerateText(*parser_, buffer.data(), &text));
        if (!fbs::GenerateText(*parser_now_, buffer.data(), &text_now)) return "it has no text";
        compare_records(before, Document::from_json(text), now, Document::from_json(text_now));
        return difference_.empty() ? "" : difference_ + " in " + text + " that is read as " + text_now;
    }

    /// How many records were.
    [[nodiscard]] int read() const { return read_; }

private:
    void compare_records(const SchemaDefinition& before, const Document& old, const SchemaDefinition& now,
                         const Document& record) {
        for (const SchemaPart& part : now.parts) {
            const SchemaPart* const was = before.find(part.id);
            if (was == nullptr || was->is_deprecated || part.is_deprecated) continue;
            const Document* const value = old.find(was->name);
            const Document* const value_now = record.find(part.name);
            if (value == nullptr && value_now == nullptr) continue;
            if (value == nullptr || value_now == nullptr) return differs(part);
            const Document* const type = old.find(was->name + "_type");
            const Document* const type_now = record.find(part.name + "_type");
            if (!part.is_list && part.length == 0) {
                compare(*was, *value, type, part, *value_now, type_now);
                continue;
            }
            if (value->size() != value_now->size() || !value->is_array()) return differs(part);
            for (std::size_t i = 0; i < value->size(); ++i)
                compare(*was, value->elements()[i], type == nullptr ? nullptr : &type->elements()[i], part,
                        value_now->elements()[i], type_now == nullptr ? nullptr : &type_now->elements()[i]);
        }
    }

    void compare(const SchemaPart& before, const Document& old, const Document* old_type, const SchemaPart& now,
                 const Document& value, const Document* type) {
        const SchemaDefinition* const was = before_.find(before.definition);
        const SchemaDefinition* const is = now_.find(now.definition);
        if ((was == nullptr) != (is == nullptr) || (was != nullptr && was->kind != is->kind)) return differs(now);
        if (was == nullptr) {
            if (old != value) differs(now);
        } else if (was->kind == Kind::enumeration) {
            if (old != value || !is_same_part(*was, old, *is, value)) differs(now);
        } else if (was->kind != Kind::alternatives) {
            compare_records(*was, old, *is, value);
        } else {
            if (!is_same_part(*was, *old_type, *is, *type)) return differs(now);
            const SchemaPart* const member = part_of(*was, *old_type, *parser_);
            const SchemaPart* const member_now = part_of(*is, *type, *parser_now_);
            if (member != nullptr && member_now != nullptr)
                compare(*member, old, nullptr, *member_now, value, nullptr);
        }
    }

    void differs(const SchemaPart& part) {
        if (difference_.empty()) difference_ = "field " + part.name + " differs";
    }

    /// Unless it is gone.
    bool is_same_part(const SchemaDefinition& before, const Document& old, const SchemaDefinition& now,
                      const Document& number) {
        const SchemaPart* const was = part_of(before, old, *parser_);
        const SchemaPart* const is = part_of(now, number, *parser_now_);
        return was == nullptr || now.find(was->id) == nullptr || (is != nullptr && is->id == was->id);
    }

    static const SchemaPart* part_of(const SchemaDefinition& definition, const Document& number,
                                     const fbs::Parser& parser) {
        const fbs::EnumDef* const values = parser.enums_.Lookup(definition.full_name());
        for (const SchemaPart& part : definition.parts)
            if (Document{static_cast<std::int64_t>(values->Lookup(part.name)->GetAsUInt64())} == number)
                return &part;
        return nullptr;
    }

    const RandomSchema& before_;
    const RandomSchema& now_;
    std::unique_ptr<fbs::Parser> parser_;
    std::unique_ptr<fbs::Parser> parser_now_;
    std::string difference_;
    int read_ = 0;
};

/// Tables of which buffers are read: as the table of the same name, or as the root type.
std::vector<std::pair<const SchemaDefinition*, const SchemaDefinition*>> readers(const RandomSchema& before,
                                                                                 const RandomSchema& now) {
    std::vector<std::pair<const SchemaDefinition*, const SchemaDefinition*>> pairs;
    const SchemaDefinition& last = before.definitions.back();
    const SchemaDefinition* const root = before.find(before.root);
    if (before.is_stored) pairs.emplace_back(&last, &now.definitions.back());
    for (const SchemaDefinition& table : before.definitions)
        for (const SchemaDefinition& other : now.definitions) {
            const bool is_sent = !before.is_stored || (&table == root && root != &last);
            const bool is_read = table.full_name() == other.full_name() || (&table == root && other.id == now.root);
            if (is_sent && is_read && table.kind == Kind::table && other.kind == Kind::table)
                pairs.emplace_back(&table, &other);
        }
    return pairs;
}

/// What flatc lets pass: the library does not look at it, or takes definitions of other names for new ones.
bool is_ours(const std::string& sentence) {
    const auto has = [&](const std::string& text) { return sentence.find(text) != std::string::npos; };
    return has("a struct never changes") || has("hold the two differently") || has("(required) now") ||
           has("members keep their numbers") || has("deprecated") || has("records may hold it") ||
           has("file_identifier") || has("defaults differ") || has(" before): ") ||
           has("give it its number back") || sentence.compare(0, 15, "table \"things\":") == 0;
}

std::string text_of(const RandomSchema& schema) {
    std::string text;
    for (std::size_t file = 0; file < RandomSchema::kFiles.size(); ++file) text += schema.text(file);
    return text;
}

std::string text_of(const CheckResult& result) {
    std::string text;
    for (const auto& difference : result.differences)
        text += (difference.is_compatible ? "+ " : "- ") + difference.sentence + "\n";
    return text;
}

TEST_CASE("random evolutions: flatc --conform agrees, and what is compatible reads the buffers of before") {
    Dice dice{seed()};
    const MemoryDirectory folder;
    int compatible = 0;
    int refused = 0;
    int refused_by_flatc = 0;
    int records = 0;
    for (int i = 0; i < 600; ++i) {
        RandomSchema schema = random_schema(dice);
        const Side before{folder.file("old"), schema};
        for (std::uint64_t changes = dice.below(3) + 1; changes > 0; --changes) evolve(schema, dice);
        const Side now{folder.file("new"), schema};
        const CheckResult result = codegen::check_schemas(before.main(), now.main(), {});
        if (!result.errors.empty()) continue;
        const std::string what = text_of(before.schema) + "\nnow:\n" + text_of(now.schema) + text_of(result);
        INFO(what);
        const std::optional<bool> conforms = flatc_conforms(before.file(), now.file());
        refused_by_flatc += conforms == false ? 1 : 0;
        if (conforms == false && !before.schema.is_stored) CHECK_FALSE(result.is_compatible());
        if (conforms == true)
            for (const auto& difference : result.differences) {
                CAPTURE(difference.sentence);
                CHECK((difference.is_compatible || is_ours(difference.sentence)));
            }
        ++(result.is_compatible() ? compatible : refused);
        if (!result.is_compatible()) continue;
        Reading reading{before, now};
        for (const auto& [table, reader] : readers(before.schema, now.schema))
            for (int n = 0; n < 5; ++n) CHECK(reading.try_one(*table, *reader, dice) == "");
        records += reading.read();
    }
    CHECK(compatible > 100);
    CHECK(refused > 60);
    CHECK(refused_by_flatc > 30);
    CHECK(records > 1000);
}

}  // namespace

}  // namespace cambium::test
