// The tables of schemas/management.fbs behave as maps.
#include "generated_model.hpp"
#include "management_tables.hpp"

TEST_CASE_TEMPLATE("tables of management behave as maps", T, management::Users, management::Organizations,
                   management::Nodes, management::Credentials, management::Placements, management::UserRealmRoles,
                   management::UsageRecords) {
    cambium::test::run_model<T>();
}
