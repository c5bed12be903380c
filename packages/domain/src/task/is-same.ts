/** Whether two trees of plain objects, arrays and primitives hold the same values. */
export function isSame(first: unknown, second: unknown): boolean {
  if (Object.is(first, second)) return true
  if (typeof first !== 'object' || typeof second !== 'object' || first === null || second === null)
    return false
  if (Array.isArray(first) !== Array.isArray(second)) return false
  const fields = presentFields(first)
  const others = new Map(presentFields(second))
  return (
    fields.length === others.size &&
    fields.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
  )
}

/** An optional field that is set to `undefined` says the same as one that is not there. */
const presentFields = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined)
