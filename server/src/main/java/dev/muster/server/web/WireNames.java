package dev.muster.server.web;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.quarkus.hibernate.validator.ValidatorFactoryCustomizer;
import jakarta.inject.Singleton;
import org.hibernate.validator.BaseHibernateValidatorConfiguration;
import org.hibernate.validator.spi.nodenameprovider.JavaBeanProperty;
import org.hibernate.validator.spi.nodenameprovider.Property;

/// Lets validation name the fields of a body as its JSON does: in snake case where the record has
/// `@JsonNaming(SnakeCaseStrategy.class)`.
@Singleton
public final class WireNames implements ValidatorFactoryCustomizer {
  private static final SnakeCaseStrategy SNAKE_CASE =
      (SnakeCaseStrategy) PropertyNamingStrategies.SNAKE_CASE;

  @Override
  public void customize(BaseHibernateValidatorConfiguration<?> configuration) {
    configuration.propertyNodeNameProvider(WireNames::name);
  }

  private static String name(Property property) {
    if (property instanceof JavaBeanProperty bean) {
      JsonNaming naming = bean.getDeclaringClass().getAnnotation(JsonNaming.class);
      if (naming != null && naming.value() == SnakeCaseStrategy.class) {
        return SNAKE_CASE.translate(property.getName());
      }
    }
    return property.getName();
  }
}
