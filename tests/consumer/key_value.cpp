// The key-value store alone, linked as cambium::kv.
#include <cambium/kv/environment.hpp>

#include <filesystem>
#include <iostream>

int main() {
    const std::string path = "key_value.cambium";
    std::filesystem::remove(path);
    {
        cambium::kv::Environment environment = cambium::kv::Environment::open(path);
        cambium::kv::WriteTransaction txn = environment.begin_write();
        const cambium::kv::Tree tree = txn.create_tree("greetings");
        txn.put(tree, "en", "hello");
        txn.put(tree, "fr", "bonjour");
        txn.commit();
    }
    cambium::kv::Environment environment = cambium::kv::Environment::open(path);
    const cambium::kv::ReadTransaction txn = environment.begin_read();
    const auto value = txn.get(txn.tree("greetings"), "fr");
    std::cout << value.value_or("nothing") << "\n";
    return value == "bonjour" ? 0 : 1;
}
