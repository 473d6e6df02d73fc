// Locks that tabs share where there are no Web Locks (plain http), by the order in which IndexedDB does what is asked of one database.

/** The database of a lock: `lock/<its name>`, empty. */
const PREFIX = "lock/";

/**
 * Who has a lock has its database open. A database gets a higher version only
 * when nobody has it open, and what is asked of one database is done in order:
 * so each candidate asks for a higher version, and waits until the connections
 * of those before it are closed, by the death of their page at the latest. The
 * clock gives a version to begin with; two never have a lock, whatever it says.
 */
async function acquire(name: string): Promise<IDBDatabase> {
  for (let version = Date.now();;) {
    let isHigher = false;
    const db = await opened(name, version, () => isHigher = true)
      .catch((error) => {
        if (error.name === "VersionError") return opened(name);
        throw new Error(`No lock ${name}`, { cause: error });
      });
    // Without `onversionchange`: it is not given up when another tab asks.
    if (isHigher) return db;
    version = db.version + 1; // there is that one, or a higher one, already
    db.close();
  }
}

// Not by `idb.ts`: every script of a page would then be one request more.
function opened(
  name: string,
  version?: number,
  onHigher: () => void = () => {},
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = onHigher;
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The part of a `LockManager` that can be had: it does not tell who has a lock. */
export const locks = {
  /** None can be stolen: a thief acts at once, and has the lock when its turn comes. */
  async request(
    name: string,
    { steal }: LockOptions,
    body: () => Promise<void>,
  ): Promise<void> {
    const database = PREFIX + name;
    const acquiring = acquire(database);
    acquiring.catch(() => {}); // told below, to a thief as well
    if (!steal) await acquiring;
    try {
      await body();
    } finally {
      const db = await acquiring;
      db.close();
      indexedDB.deleteDatabase(database);
    }
  },
  query: (): Promise<LockManagerSnapshot> => Promise.resolve({}),
};
