// The schema compiler: files, or sentences about what is wrong, and nothing else.
#include "file_bytes.hpp"
#include "generator.hpp"
#include "target.hpp"

namespace cambium::fuzz {

void run(std::string_view input) {
    // An include reads what the name says, which may be anything that this machine has.
    if (input.find("include") != std::string_view::npos) return;
    const codegen::Generated generated = codegen::generate("schema.fbs", std::string{input}, {});
    require(generated.files.empty() == !generated.errors.empty(), "neither files nor errors, or both");
    for (const std::string& error : generated.errors) require(!error.empty(), "an empty sentence");
}

std::vector<std::string> seeds() {
    std::vector<std::string> made;
    for (const char* name : {SCHEMAS_FOLDER "/packages.fbs", SCHEMAS_FOLDER "/sessions.fbs",
                             SCHEMAS_OF_TESTS "/shared.fbs", SCHEMAS_OF_TESTS "/everything.fbs"}) {
        std::string text = test::read_file(name);
        while (text.find("include") != std::string::npos) {
            const std::size_t at = text.find("include");
            text.erase(at, text.find(';', at) + 1 - at);
        }
        made.push_back(std::move(text));
    }
    return made;
}

std::vector<std::string_view> words() {
    return {"table ",
            "struct ",
            "enum ",
            "union ",
            "namespace ",
            "attribute ",
            "root_type ",
            "rpc_service ",
            "ulong",
            "string",
            "[ubyte]",
            "[string]",
            "[ubyte:16]",
            "(cambium_key)",
            "(cambium_index)",
            "(cambium_unique)",
            "(cambium_table: \"t\")",
            "(cambium_codec: \"cbor\")",
            "(cambium_type: \"time\")",
            "cambium_absent",
            "(id: 1)",
            "(required)",
            "(deprecated)",
            "(force_align: 16)",
            "(bit_flags)",
            "(key)",
            "= null",
            "= 1e999",
            "native_type",
            "file_identifier",
            "{",
            "}",
            ":",
            ";",
            "/*",
            "//",
            "///",
            "\\u",
            "nan"};
}

}  // namespace cambium::fuzz
