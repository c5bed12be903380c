export { type StateAccess, startGateway, startGatewayOn } from './app.ts'
export { type GatewaySettings, readGatewayOptions, readGatewaySettings } from './config.ts'
export type { GatewayOptions, GatewayServer } from './options.ts'
