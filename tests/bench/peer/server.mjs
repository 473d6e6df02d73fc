// The peer that the bench measures beside the app: a chat's Replicache backend on Express and PostgreSQL, run by Node.
import express from "express";
import pg from "pg";

// It has the shape of the backend that Replicache's tutorial builds: one global
// version, rows that say at which version they changed, a transaction for each
// mutation. As published that one loses messages: its transactions are
// serializable, so that of two pushes at once one fails, and any failure is
// taken for a bad mutation, which counts as processed without having run. Here
// a transaction waits for its turn at the version's row, and then reads what
// the one before it wrote; and only what a mutator refuses counts as processed.
class Refusal extends Error {}

const MAX_BODY = "8mb"; // as the app's

const SCHEMA = `
  CREATE TABLE replicache_server (id int PRIMARY KEY, version int NOT NULL);
  INSERT INTO replicache_server VALUES (1, 1);
  CREATE TABLE replicache_client (
    id text PRIMARY KEY,
    client_group_id text NOT NULL,
    last_mutation_id int NOT NULL,
    version int NOT NULL
  );
  CREATE INDEX ON replicache_client (client_group_id, version);
  CREATE TABLE message (
    id text PRIMARY KEY,
    sender text NOT NULL,
    content text NOT NULL,
    ord int NOT NULL,
    deleted boolean NOT NULL,
    version int NOT NULL
  );
  CREATE INDEX ON message (version);
`;

async function inTransaction(pool, begin, run) {
  const client = await pool.connect();
  let failure;
  try {
    await client.query(begin);
    const result = await run(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // A connection on which something failed is closed, which rolls back.
    client.release(failure);
  }
}

const mutators = {
  async createMessage(db, { id, from, content, order }, version) {
    if (typeof content !== "string") throw new Refusal("content: a text.");
    const { rowCount } = await db.query(
      `INSERT INTO message VALUES ($1, $2, $3, $4, false, $5)
       ON CONFLICT (id) DO NOTHING`,
      [id, from, content, order, version],
    );
    if (rowCount === 0) throw new Refusal("A message has that ID.");
  },
};

/** Runs a mutation that its client has not been told of yet; gives back the version it made, or undefined. */
async function processMutation(
  db,
  clientGroupID,
  { clientID, id, name, args },
) {
  // Pushes wait here for each other. At READ COMMITTED what follows sees all
  // that the one before has committed.
  const { rows: [server] } = await db.query(
    "SELECT version FROM replicache_server WHERE id = 1 FOR UPDATE",
  );
  const version = server.version + 1;
  const { rows: [client] } = await db.query(
    `SELECT client_group_id, last_mutation_id FROM replicache_client
     WHERE id = $1`,
    [clientID],
  );
  if (client && client.client_group_id !== clientGroupID) {
    throw new Error(`${clientID} belongs to another client group`);
  }
  const next = (client?.last_mutation_id ?? 0) + 1;
  if (id < next) return undefined; // processed before
  if (id > next) throw new Error(`Mutation ${id} came before ${next}`);

  await db.query("SAVEPOINT mutation");
  try {
    if (!Object.hasOwn(mutators, name)) throw new Refusal("No such mutator.");
    await mutators[name](db, args, version);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await db.query("ROLLBACK TO SAVEPOINT mutation");
  }
  await db.query(
    `INSERT INTO replicache_client VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET last_mutation_id = $3, version = $4`,
    [clientID, clientGroupID, id, version],
  );
  await db.query("UPDATE replicache_server SET version = $1 WHERE id = 1", [
    version,
  ]);
  return version;
}

/** What has changed since the cookie, all of it as of one version. */
async function pull(db, clientGroupID, from) {
  const { rows: [{ version }] } = await db.query(
    "SELECT version FROM replicache_server WHERE id = 1",
  );
  const { rows: clients } = await db.query(
    `SELECT id, last_mutation_id FROM replicache_client
     WHERE client_group_id = $1 AND version > $2`,
    [clientGroupID, from],
  );
  const { rows: messages } = await db.query(
    `SELECT id, sender, content, ord, deleted FROM message
     WHERE version > $1`,
    [from],
  );
  return {
    cookie: version,
    lastMutationIDChanges: Object.fromEntries(
      clients.map(({ id, last_mutation_id }) => [id, last_mutation_id]),
    ),
    patch: messages.map(({ id, sender, content, ord, deleted }) => {
      const key = `message/${id}`;
      if (deleted) return { op: "del", key };
      return { op: "put", key, value: { from: sender, content, order: ord } };
    }),
  };
}

function appOn(pool) {
  const streams = new Set();
  const poke = (version) => {
    const event = `event: poke\ndata: {"version":${version}}\n\n`;
    for (const stream of streams) stream.write(event);
  };
  const app = express();
  app.use(express.json({ limit: MAX_BODY }));
  app.get("/healthz", (_, response) => void response.json({ ok: true }));
  app.post("/push", async ({ body }, response) => {
    let latest;
    for (const mutation of body.mutations) {
      latest = await inTransaction(
        pool,
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        (db) => processMutation(db, body.clientGroupID, mutation),
      ) ?? latest;
    }
    response.json({});
    if (latest !== undefined) poke(latest);
  });
  app.post("/pull", async ({ body }, response) => {
    response.json(
      await inTransaction(
        pool,
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        (db) => pull(db, body.clientGroupID, body.cookie ?? 0),
      ),
    );
  });
  app.get("/poke", (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: hello\ndata: {}\n\n");
    streams.add(response);
    request.on("close", () => streams.delete(response));
  });
  return app;
}

// One line comes in, where PostgreSQL's socket is, and one goes out, the port; it lives as long as its input.
process.stdin.on("end", () => process.exit());
process.stdin.once("data", async (line) => {
  const { host, user } = JSON.parse(line);
  const pool = new pg.Pool({ host, user, database: "postgres" });
  await pool.query(SCHEMA);
  const server = appOn(pool).listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify(server.address().port));
  });
});
