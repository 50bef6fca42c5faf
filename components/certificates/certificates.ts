/** A private certificate authority and the server certificates it signs. Keys are secrets and never leave the state in the clear. */
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

const day = 24;
/** Longer than any server certificate, so that an authority never expires before what it signed. */
const authorityHours = 3650 * day;
/** 825 days is the longest that today's clients accept of a server. */
const serverHours = 825 * day;
/** An `up` within this many hours of the end makes a new certificate. */
const renewBefore = 30 * day;

export interface CertificatesArgs<Server extends string> {
  /** Server to the DNS names and addresses its certificate is good for. */
  servers: Record<Server, { dns: string[]; addresses: string[] }>;
}

export interface ServerCertificate {
  certificate: pulumi.Output<string>;
  key: pulumi.Output<string>;
}

export class Certificates<Server extends string> extends pulumi.ComponentResource {
  /** PEM of the authority: what a client must trust. */
  readonly authority: pulumi.Output<string>;
  readonly of: Readonly<Record<Server, ServerCertificate>>;

  constructor(name: string, args: CertificatesArgs<Server>, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Certificates", name, {}, opts);
    const key = this.key(`${name}-authority`);
    const authority = new tls.SelfSignedCert(
      `${name}-authority`,
      {
        privateKeyPem: key,
        subject: { commonName: "CipherHorizon authority", organization: "CipherHorizon" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
        validityPeriodHours: authorityHours,
        earlyRenewalHours: serverHours,
      },
      { parent: this },
    );
    this.authority = authority.certPem;
    const sign = (server: Server) =>
      this.sign(`${name}-${server}`, args.servers[server], { key, cert: authority.certPem });
    this.of = Object.fromEntries(
      (Object.keys(args.servers) as Server[]).map((server) => [server, sign(server)]),
    ) as Record<Server, ServerCertificate>;
    this.registerOutputs({ authority: this.authority });
  }

  private key(name: string): pulumi.Output<string> {
    const key = new tls.PrivateKey(
      name,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { parent: this, additionalSecretOutputs: ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"] },
    );
    return pulumi.secret(key.privateKeyPemPkcs8);
  }

  private sign(
    name: string,
    names: { dns: string[]; addresses: string[] },
    authority: { key: pulumi.Output<string>; cert: pulumi.Output<string> },
  ): ServerCertificate {
    const key = this.key(name);
    const request = new tls.CertRequest(
      name,
      {
        privateKeyPem: key,
        subject: { commonName: names.dns[0] ?? name, organization: "CipherHorizon" },
        dnsNames: names.dns,
        ipAddresses: names.addresses,
      },
      { parent: this },
    );
    const signed = new tls.LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: authority.key,
        caCertPem: authority.cert,
        setSubjectKeyId: true,
        allowedUses: ["key_encipherment", "digital_signature", "server_auth"],
        validityPeriodHours: serverHours,
        earlyRenewalHours: renewBefore,
      },
      { parent: this },
    );
    return { certificate: signed.certPem, key };
  }
}
