import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Requirements } from '@homeport/domain'
import type { TaskRequirementsSchema, TransportProtocol } from '@homeport/wire/types'

/** Requirements as rows hold them; the domain's protocol numbers are those of the wire. */
export const requirementsMessage = (
  requirements: Requirements,
): MessageInitShape<typeof TaskRequirementsSchema> => ({
  ...requirements,
  hostPorts: requirements.hostPorts.map(({ port, protocol }) => ({
    port,
    protocol: protocol as TransportProtocol,
  })),
  requiredAttributes: [...requirements.requiredAttributes],
})
