export { type ApiOptions, type ApiServer, type StateAccess, startApi, startApiOn } from './app.ts'
export { type ApiSettings, readApiOptions, readApiSettings } from './config.ts'
export type { RootCredentials } from './edge/root-credentials.ts'
