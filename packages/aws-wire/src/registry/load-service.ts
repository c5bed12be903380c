import { invariant } from '@homeport/base'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticErrorSchema, StaticOperationSchema } from '@smithy/types'
import { EMPTY_STRUCTURE, ShapeCompiler } from '../shapes/compile-shape.ts'
import { CLIENT_LOADERS } from './clients.ts'
import type { ErrorModel, OperationModel, ServiceModel } from './service-model.ts'
import { SERVICE_FACTS, type ServiceFacts, type ServiceName } from './service-table.ts'

/** First element of an operation's and of an error's static schema. */
const OPERATION_TAG = 9
const ERROR_TAG = -3

const loading = new Map<ServiceName, Promise<ServiceModel>>()

/** Loads the model of a service; the same object for every caller in the process. */
export async function loadService<S extends ServiceName>(name: S): Promise<ServiceModel<S>> {
  let model = loading.get(name)
  if (model === undefined) {
    model = CLIENT_LOADERS[name]().then((module) => buildModel(name, module))
    loading.set(name, model)
  }
  return (await model) as ServiceModel<S>
}

function buildModel(name: ServiceName, module: object): ServiceModel {
  const facts = SERVICE_FACTS[name]
  const compiler = new ShapeCompiler()
  const operations = new Map<string, OperationModel>()
  const errors = new Map<string, ErrorModel>()
  for (const exported of Object.values(module)) {
    if (isOperation(exported)) {
      const operation = buildOperation(exported, facts, compiler)
      operations.set(operation.name, operation)
    } else if (isError(exported, facts)) {
      const error = buildError(exported, compiler)
      errors.set(error.name, error)
    }
  }
  // Names win over codes, so codes come after every name.
  const byName = Array.from(errors.values())
  for (const error of byName) {
    if (!errors.has(error.queryCode)) errors.set(error.queryCode, error)
  }
  invariant(operations.size > 0, `Cannot load ${name}: its client package exports no operation schemas`)
  return { name, facts, operations, errors }
}

function isOperation(value: unknown): value is StaticOperationSchema {
  return Array.isArray(value) && value[0] === OPERATION_TAG
}

/** Each package also exports a synthetic base exception, in a namespace of its own. */
function isError(value: unknown, facts: ServiceFacts): value is StaticErrorSchema {
  return Array.isArray(value) && value[0] === ERROR_TAG && value[1] === facts.namespace
}

function buildOperation(
  schema: StaticOperationSchema,
  facts: ServiceFacts,
  compiler: ShapeCompiler,
): OperationModel {
  const [, , name, , input, output] = schema
  const streaming = hasEventStream(NormalizedSchema.of(input)) || hasEventStream(NormalizedSchema.of(output))
  return {
    name,
    input: compiler.structure(input),
    output: streaming ? EMPTY_STRUCTURE : compiler.structure(output),
    signed: facts.unsignedOperations?.includes(name) !== true,
    streaming,
  }
}

function hasEventStream(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() && schema.getEventStreamMember() !== ''
}

function buildError(schema: StaticErrorSchema, compiler: ShapeCompiler): ErrorModel {
  const traits = NormalizedSchema.of(schema).getMergedTraits()
  const shape = compiler.structure(schema)
  const fault = traits.error === 'server' ? 'server' : 'client'
  const [queryCode, queryHttpStatus] = (traits['awsQueryError'] ?? []) as [string?, number?]
  const httpStatus = Number(traits['httpError'] ?? (fault === 'server' ? 500 : 400))
  const messageMember = shape.members.find((member) => member.name.toLowerCase() === 'message')
  return {
    name: shape.name,
    queryCode: queryCode ?? shape.name,
    httpStatus,
    queryHttpStatus: queryHttpStatus ?? httpStatus,
    fault,
    shape,
    messageMember: messageMember?.name ?? 'message',
  }
}
