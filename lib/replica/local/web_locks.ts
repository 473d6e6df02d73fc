// What this browser's tabs know of each other: who is alive, and who does a thing that one alone may do.

// Only on https and localhost. Elsewhere nobody is known to be alive: what is
// then sent for a tab that lives on is the same mutation, and counts once.
const locks: LockManager | undefined = navigator.locks;

const ALIVE = "replica/client/";
const nameOf = (replica: string, generation: number, clientID: string) =>
  `${ALIVE}${replica}/${generation}/${clientID}`;

/** Says that a client is alive, until the returned function is called or its page is gone. */
export function live(
  replica: string,
  generation: number,
  clientID: string,
): Promise<() => void> {
  return new Promise((resolve) => {
    const { promise, resolve: end } = Promise.withResolvers<void>();
    if (!locks) return resolve(end);
    locks.request(nameOf(replica, generation, clientID), () => {
      resolve(end);
      return promise;
    }).catch(() => resolve(end)); // refused it: as where there are none
  });
}

/** The clients of a replica that are alive, in all tabs, with their generations. */
export async function alive(
  replica: string,
): Promise<{ clientIDs: Set<string>; generations: Set<number> }> {
  const prefix = `${ALIVE}${replica}/`;
  const { held = [] } = await locks?.query() ?? {};
  const found = held
    .filter(({ name }) => name?.startsWith(prefix))
    .map(({ name }) => name!.slice(prefix.length).split("/"));
  return {
    clientIDs: new Set(found.map(([, clientID]) => clientID)),
    generations: new Set(found.map(([generation]) => Number(generation))),
  };
}

/** Does something that no other tab does for this replica at the same time. */
export async function alone(
  replica: string,
  body: () => Promise<void>,
): Promise<void> {
  if (locks) await locks.request(`replica/rescue/${replica}`, body);
  else await body();
}
