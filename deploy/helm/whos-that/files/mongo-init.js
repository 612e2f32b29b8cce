// Run once by the image, on an empty volume: the services' own user, who can reach their database and no other.
const password = require("node:fs").readFileSync("/run/secrets/mongo-password", "utf8").trim();
db.getSiblingDB("whosthat").createUser({
  user: "whosthat",
  pwd: password,
  roles: [{ role: "readWrite", db: "whosthat" }],
});
