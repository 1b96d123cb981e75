// Reading, checking and writing, in that order; nothing is written when anything was found wrong.
#include "generator.hpp"

#include <set>

#include "diagnostics.hpp"
#include "names.hpp"
#include "schema_reader.hpp"
#include "writers.hpp"

namespace cambium::codegen {

namespace {

/// Output files are named after the schema files, so no two of a parse may have the same name.
void check_file_names(const Schema& schema, const std::vector<std::string>& includes, Diagnostics& diagnostics) {
    std::set<std::string> stems{schema.stem};
    for (const std::string& include : includes)
        if (!stems.insert(stem_of(include)).second)
            diagnostics.report("two schema files of this run are named " + stem_of(include) +
                               ".fbs; generated files are named after them, so rename one");
}

}  // namespace

Generated generate(const std::string& file, const std::string& text,
                   const std::vector<std::string>& include_folders) {
    Generated result;
    Diagnostics diagnostics{file, text};
    const auto schema = read_schema(file, text, include_folders, diagnostics);
    if (schema) {
        const auto includes = all_includes_with_definitions(*schema);
        check_file_names(*schema, includes, diagnostics);
        result.inputs.push_back(file);
        for (const auto& [included_file, unused] : schema->includes)
            if (included_file != file) result.inputs.push_back(included_file);
        if (diagnostics.empty()) {
            const std::string& stem = schema->stem;
            result.files.emplace_back(stem + "_tables.hpp", write_header(*schema));
            result.files.emplace_back(stem + "_tables.cpp", write_source(*schema));
            const std::string folder = stem + "_fb/";
            result.files.emplace_back(folder + stem + "_fb.fbs", write_accessor_schema(*schema, file));
            for (const std::string& include : includes)
                result.files.emplace_back(folder + stem_of(include) + "_fb.fbs",
                                          write_accessor_schema(*schema, include));
        }
    }
    result.errors = diagnostics.sentences();
    return result;
}

}  // namespace cambium::codegen
