/** Whether a member asks for something: absent, null, false and empty texts, lists and structures do not. */
export function isAskedFor(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** The first of `members` that asks for something in `structure`. */
export const firstAskedFor = <Member extends string>(
  structure: Readonly<Partial<Record<Member, unknown>>> | undefined,
  members: readonly Member[],
): Member | undefined => members.find((member) => isAskedFor(structure?.[member]))
