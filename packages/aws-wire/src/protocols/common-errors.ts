/** How an error that every AWS service can answer differs between the JSON/CBOR and query protocols. */
export interface CommonError {
  readonly queryCode: string
  readonly httpStatus: number
  readonly queryHttpStatus: number
}

/** The errors that AWS's front ends answer for any service, by their name in JSON and CBOR. */
export const COMMON_ERRORS: Readonly<Record<string, CommonError>> = {
  AccessDeniedException: { queryCode: 'AccessDenied', httpStatus: 400, queryHttpStatus: 403 },
  ExpiredTokenException: { queryCode: 'ExpiredToken', httpStatus: 400, queryHttpStatus: 403 },
  IncompleteSignatureException: { queryCode: 'IncompleteSignature', httpStatus: 400, queryHttpStatus: 400 },
  InternalFailure: { queryCode: 'InternalFailure', httpStatus: 500, queryHttpStatus: 500 },
  InvalidSignatureException: { queryCode: 'SignatureDoesNotMatch', httpStatus: 400, queryHttpStatus: 403 },
  MissingAuthenticationTokenException: {
    queryCode: 'MissingAuthenticationToken',
    httpStatus: 400,
    queryHttpStatus: 403,
  },
  RequestEntityTooLargeException: {
    queryCode: 'RequestEntityTooLarge',
    httpStatus: 413,
    queryHttpStatus: 413,
  },
  SerializationException: { queryCode: 'MalformedInput', httpStatus: 400, queryHttpStatus: 400 },
  ServiceUnavailableException: { queryCode: 'ServiceUnavailable', httpStatus: 503, queryHttpStatus: 503 },
  ThrottlingException: { queryCode: 'Throttling', httpStatus: 400, queryHttpStatus: 400 },
  UnknownOperationException: { queryCode: 'InvalidAction', httpStatus: 400, queryHttpStatus: 400 },
  UnrecognizedClientException: {
    queryCode: 'InvalidClientTokenId',
    httpStatus: 400,
    queryHttpStatus: 403,
  },
  ValidationException: { queryCode: 'ValidationError', httpStatus: 400, queryHttpStatus: 400 },
}
