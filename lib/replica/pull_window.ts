// How much of its space's large collections a replica pulls: the newest so many members of each.

export class PullWindow {
  /** What the last pull that was answered had asked for. */
  pulled = 0;

  /** `size` is what to ask for now; undefined for as many as the server thinks fit. */
  constructor(public size: number | undefined) {}
}
