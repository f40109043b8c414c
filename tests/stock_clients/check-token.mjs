// Check an access token as another service would, with jose: node check-token.mjs JWKS_ADDRESS TOKEN ISSUER
import { createRemoteJWKSet, jwtVerify } from "jose";

const [address, token, issuer] = process.argv.slice(2);
const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(address)), { issuer, algorithms: ["EdDSA"] });
process.stdout.write(JSON.stringify(payload));
