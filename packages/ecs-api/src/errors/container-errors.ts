/** Errors about the containers of a task definition. */
export const CONTAINER_ERRORS = {
  containerNameBlank: {
    code: 'ClientException',
    message: 'Container.name should not be null or empty.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerNameCharacters: {
    code: 'ClientException',
    message: 'Container.name contains invalid characters.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerNameLength: {
    code: 'ClientException',
    message: 'Container.name is longer than 255 characters.',
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  containerImageBlank: {
    code: 'ClientException',
    message: 'Container.image should not be null or empty.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerImageCharacters: {
    code: 'ClientException',
    message: 'Container.image contains invalid characters.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerImageLength: {
    code: 'ClientException',
    message: 'Container.image is longer than 1024 characters.',
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  containerMemoryMissing: {
    code: 'ClientException',
    message:
      "Invalid setting for container '{container}'. At least one of 'memory' or 'memoryReservation' must be specified.",
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerMemoryMinimum: {
    code: 'ClientException',
    message: "Invalid setting for container '{container}'. '{member}' must be greater than or equal to 6.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  containerMemoryOrder: {
    code: 'ClientException',
    message:
      "Invalid setting for container '{container}'. 'memory' must be greater than or equal to 'memoryReservation'.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  containerSetting: {
    code: 'ClientException',
    message: "Invalid '{member}' setting for container '{container}'.",
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerSettingRange: {
    code: 'ClientException',
    message: "Invalid '{member}' setting for container '{container}'. {problem}.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  hostNetworkPorts: {
    code: 'ClientException',
    message: 'When networkMode=host, the host ports and container ports in port mappings must match.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  noNetworkPorts: {
    code: 'ClientException',
    message: 'Port mappings are not supported when networkMode=none.',
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  hostPortTwice: {
    code: 'ClientException',
    message: "{protocol} host port '{port}' is mapped multiple times in task.",
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  containerPortTwice: {
    code: 'ClientException',
    message: "{protocol} container port '{port}' is mapped multiple times in container '{container}'.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  portNameTwice: {
    code: 'ClientException',
    message: "Port mapping names must be unique in a task definition, received '{name}' twice.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  linksNetworkMode: {
    code: 'ClientException',
    message: 'Links are not supported when networkMode={networkMode}.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  hostnameNetworkMode: {
    code: 'ClientException',
    message: 'hostname is not supported on container when networkMode={networkMode}.',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  mountVolumeUnknown: {
    code: 'ClientException',
    message: "Unknown volume '{volume}'.",
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  dependencyUnknown: {
    code: 'ClientException',
    message: "Container '{container}' depends on '{dependency}', which is not a container of the task.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  dependencyCycle: {
    code: 'ClientException',
    message: 'Container dependencies cannot be circular: {cycle}.',
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
  dependencyEssential: {
    code: 'ClientException',
    message: 'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
    wording: 'ecs',
    operations: 'RegisterTaskDefinition',
  },
  dependencyHealth: {
    code: 'ClientException',
    message:
      "Container '{container}' waits for '{dependency}' to be HEALTHY, but that container has no health check.",
    wording: 'homeport',
    operations: 'RegisterTaskDefinition',
  },
} as const
