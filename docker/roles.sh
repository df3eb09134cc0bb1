#!/bin/bash
# Once, when the database is made: the owner, who migrates, and the application, who owns nothing.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set application="$APPLICATION_PASSWORD" \
    --username postgres --dbname postgres <<'SQL'
CREATE ROLE surgeries_owner LOGIN PASSWORD :'owner';
CREATE ROLE surgeries_app LOGIN PASSWORD :'application';
CREATE DATABASE surgeries OWNER surgeries_owner;
SQL
