// IndexedDB by promises, and the wish that it stays. A transaction lives on while its own requests alone are awaited in it.

/** The result of a request; rejects with its error. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** How long a disk that works may take, however busy the machine is, in milliseconds. */
const MAX_WAIT = 15_000;

/** The same; rejects when the disk has not answered by then, as it may never do. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException("No answer", "TimeoutError")),
      MAX_WAIT,
    );
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Resolves once a transaction is committed; rejects when it is not, for a full disk too. */
export function committed(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new DOMException());
  });
}

let isAsked = false;

/** Asks the browser, once for a page, not to evict what is stored when space is short. */
export function keepStorage(): void {
  if (!isAsked) navigator.storage?.persist?.().catch(console.warn);
  isAsked = true;
}
