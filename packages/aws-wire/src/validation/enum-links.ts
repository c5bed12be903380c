import type { ServiceName } from '../registry/service-table.ts'
import { ECS_ENUM_LINKS } from './gen/ecs-enum-links.ts'

/**
 * Enum members of one service: `Structure.member` → allowed values in the model's order. The runtime
 * schemas don't hold them; `scripts/generate-enum-links.ts` reads them from the client packages' types.
 */
export type EnumLinks = Readonly<Record<string, readonly string[]>>

/** Services whose enum values are checked; the others' pass unchecked. */
export const ENUM_LINKS: Readonly<Partial<Record<ServiceName, EnumLinks>>> = { ecs: ECS_ENUM_LINKS }
