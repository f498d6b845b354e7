package dev.muster.server.archive;

import dev.muster.server.platform.HistorySettings.ArchiveBucket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Archives in a bucket of Amazon S3 or of a store that speaks like it. An object is put in one
/// request, so a day may have 5 GiB compressed.
final class S3Depot implements Depot {
  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final int NOT_FOUND = 404;

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  private S3Depot(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  static S3Depot of(ArchiveBucket settings) {
    S3ClientBuilder client =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(SILENCE))
            .region(Region.of(settings.region()))
            .serviceConfiguration(wanted -> wanted.chunkedEncodingEnabled(false))
            // other stores than Amazon's do not know the checksums that newer clients add
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    settings
        .endpoint()
        .ifPresent(endpoint -> {
          client.endpointOverride(endpoint).forcePathStyle(true);
        });
    if (settings.accessKey().isPresent() && settings.secretKey().isPresent()) {
      client.credentialsProvider(
          StaticCredentialsProvider.create(
              AwsBasicCredentials.create(settings.accessKey().get(), settings.secretKey().get())));
    }
    return new S3Depot(client.build(), settings.bucket().orElseThrow(), settings.prefix());
  }

  @Override
  public void put(String name, Path file) throws IOException {
    try {
      client.putObject(to -> to.bucket(bucket).key(prefix + name), file);
    } catch (SdkException failure) {
      throw failed(failure, name);
    }
    Files.delete(file);
  }

  @Override
  public InputStream open(String name) throws IOException {
    try {
      return client.getObject(from -> from.bucket(bucket).key(prefix + name));
    } catch (SdkException failure) {
      throw failed(failure, name);
    }
  }

  @Override
  public OptionalLong size(String name) throws IOException {
    try {
      return OptionalLong.of(
          client.headObject(of -> of.bucket(bucket).key(prefix + name)).contentLength());
    } catch (SdkException failure) {
      IOException said = failed(failure, name);
      if (said instanceof NoSuchFileException) {
        return OptionalLong.empty();
      }
      throw said;
    }
  }

  @Override
  public String where() {
    return "s3://" + bucket + "/" + prefix;
  }

  private IOException failed(SdkException failure, String name) {
    boolean absent =
        failure instanceof NoSuchKeyException
            || (failure instanceof S3Exception said && said.statusCode() == NOT_FOUND);
    return absent
        ? new NoSuchFileException(where() + name)
        : new IOException(where() + name + ": " + failure.getMessage(), failure);
  }
}
