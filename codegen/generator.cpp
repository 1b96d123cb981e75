// Reading, checking and writing, in that order; nothing is written when anything was found wrong.
#include "generator.hpp"

#include "diagnostics.hpp"
#include "names.hpp"
#include "schema_reader.hpp"
#include "writers.hpp"

namespace cambium::codegen {

Generated generate(const std::string& file, const std::string& text,
                   const std::vector<std::string>& include_folders) {
    Generated result;
    Diagnostics diagnostics{file, text};
    const auto schema = read_schema(file, text, include_folders, diagnostics);
    if (schema) {
        result.inputs.push_back(file);
        for (const auto& [included_file, unused] : schema->includes)
            if (included_file != file) result.inputs.push_back(included_file);
        const std::string& stem = schema->stem;
        result.files.emplace_back(stem + "_tables.hpp", write_header(*schema));
        result.files.emplace_back(stem + "_tables.cpp", write_source(*schema));
        const std::string folder = stem + "_fb/";
        result.files.emplace_back(folder + stem + "_fb.fbs", write_accessor_schema(*schema, file));
        for (const std::string& include : all_includes_with_definitions(*schema))
            result.files.emplace_back(folder + stem_of(include) + "_fb.fbs",
                                      write_accessor_schema(*schema, include));
    }
    result.errors = diagnostics.sentences();
    return result;
}

}  // namespace cambium::codegen
