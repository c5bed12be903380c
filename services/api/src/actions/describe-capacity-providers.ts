import { requireCluster } from '../lookup/clusters.ts'
import { paginate } from '../paging/paginate.ts'
import type { ApiRequest } from '../ports.ts'
import type { EcsInput, EcsOutput } from './action.ts'

/** Says the truth: there are no capacity providers, neither Fargate's nor others, so every named one is missing. */
export async function describeCapacityProviders(
  input: EcsInput<'DescribeCapacityProviders'>,
  request: ApiRequest,
): Promise<EcsOutput<'DescribeCapacityProviders'>> {
  const { capacityProviders = [], cluster } = input
  if (cluster !== undefined) requireCluster(request, cluster)
  paginate<never>(request, input, { items: [], sortKeyOf: () => '', filters: { capacityProviders, cluster } })
  return {
    capacityProviders: [],
    failures: capacityProviders.map((arn) => ({ arn, reason: 'MISSING' })),
  }
}
