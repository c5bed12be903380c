import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'

/**
 * Checks that containers wait only for containers of the task, for what those can reach, and never in a circle.
 * @throws {EcsError} about the first dependency that is wrong.
 */
export function checkDependencies(containers: readonly ContainerDefinition[]): void {
  const byName = new Map(containers.map((container) => [container.name ?? '', container]))
  for (const container of containers) {
    for (const dependency of container.dependsOn ?? []) {
      const target = byName.get(dependency.containerName ?? '')
      const names = { container: container.name ?? '', dependency: dependency.containerName ?? '' }
      if (target === undefined) throw ecsError('dependencyUnknown', names)
      checkCondition(dependency.condition, target, names)
    }
  }
  checkCycles(byName)
}

function checkCondition(
  condition: string | undefined,
  target: ContainerDefinition,
  names: { readonly container: string; readonly dependency: string },
): void {
  const isWaitedToEnd = condition === 'COMPLETE' || condition === 'SUCCESS'
  if (isWaitedToEnd && target.essential !== false) throw ecsError('dependencyEssential')
  if (condition === 'HEALTHY' && target.healthCheck === undefined) throw ecsError('dependencyHealth', names)
}

/** Walks depth first; a container met again on the way down closes a circle. Containers are at most ten. */
function checkCycles(byName: ReadonlyMap<string, ContainerDefinition>): void {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      const cycle = [...path.slice(path.indexOf(name)), name].join(' -> ')
      throw ecsError('dependencyCycle', { cycle })
    }
    if (done.has(name)) return
    for (const dependency of byName.get(name)?.dependsOn ?? []) {
      visit(dependency.containerName ?? '', [...path, name])
    }
    done.add(name)
  }
  for (const name of byName.keys()) visit(name, [])
}
