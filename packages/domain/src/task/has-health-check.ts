/**
 * Whether tasks of a stored task definition report health: whether an essential container has a health check that
 * is not switched off.
 * @param document ECS JSON with `containerDefinitions`, as the API stored it after validation.
 */
export function hasHealthCheck(document: string): boolean {
  const { containerDefinitions } = JSON.parse(document) as {
    containerDefinitions?: readonly {
      essential?: boolean
      healthCheck?: { command?: readonly string[] }
    }[]
  }
  return (containerDefinitions ?? []).some(
    ({ essential, healthCheck }) =>
      essential !== false && healthCheck !== undefined && healthCheck.command?.[0] !== 'NONE',
  )
}
