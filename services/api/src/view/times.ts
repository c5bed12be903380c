/** The time as answers carry it; 0 means that it has not happened. */
export const dateOf = (atMs: number): Date | undefined => (atMs === 0 ? undefined : new Date(atMs))

/** `text`, or `undefined` when it is empty, so that the member is left out. */
export const textOf = (text: string): string | undefined => (text === '' ? undefined : text)
