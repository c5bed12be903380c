import type { CreateClusterCommandInput, CreateClusterCommandOutput } from '@aws-sdk/client-ecs'
import { describe, expectTypeOf, test } from 'vitest'
import type { HandlerTable, OperationInput, OperationName, OperationOutput } from './handlers.ts'
import type { ServiceName } from './registry/service-table.ts'

// These are checked by the compiler: `tsc -p packages/aws-wire` fails when one is wrong.
describe('HandlerTable', () => {
  test('takes its shapes from the client package', () => {
    expectTypeOf<OperationInput<'ecs', 'CreateCluster'>>().toEqualTypeOf<CreateClusterCommandInput>()
    expectTypeOf<OperationOutput<'ecs', 'CreateCluster'>>().toEqualTypeOf<
      Omit<CreateClusterCommandOutput, '$metadata'>
    >()
  })

  test('refuses wrong shapes and unknown operations', () => {
    type Table = HandlerTable<'ecs'>
    expectTypeOf<{ DescribeTasks: () => Promise<{ tasks: { taskArn: string }[] }> }>().toExtend<Table>()
    expectTypeOf<{ DescribeTasks: () => Promise<{ tasks: { taskArn: number }[] }> }>().not.toExtend<Table>()
    expectTypeOf<keyof Table>().toEqualTypeOf<OperationName<'ecs'>>()
    expectTypeOf<'Conquer'>().not.toExtend<OperationName<'ecs'>>()
    expectTypeOf<'$'>().not.toExtend<OperationName<'ecs'>>()
  })

  test('has operations for every service', () => {
    expectTypeOf<
      { [S in ServiceName]: [OperationName<S>] extends [never] ? S : never }[ServiceName]
    >().toBeNever()
    expectTypeOf<OperationOutput<'sts', 'GetCallerIdentity'>['Arn']>().toEqualTypeOf<string | undefined>()
  })
})
