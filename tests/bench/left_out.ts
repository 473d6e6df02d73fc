// What cannot be measured on this machine, and why.

/** Thrown with a sentence for whoever runs the bench. */
export class LeftOut extends Error {}
